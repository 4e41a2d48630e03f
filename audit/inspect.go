package audit

import (
	"cmp"
	"iter"
	"maps"
	"slices"

	"github.com/typoaudit/typoaudit/audit/content"
	"github.com/typoaudit/typoaudit/audit/internal/findings"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// Contents is what a message carried. Nothing of its text is in it.
type Contents struct {
	Attachments parsers.Attachments
	Classes     []content.Class // each once
	Limits      []string        // what of it was not looked at, a sentence each
	Cut         bool            // it could not be read to its end
}

// An Inspector opens copies of messages again, one after the other, and
// returns what they carried.
type Inspector interface {
	// Inspect returns what the message with an origin carried, and false if it
	// cannot be opened.
	Inspect(parsers.Origin) (Contents, bool)
	// Close closes what is open.
	Close()
}

// An inspected message is one that was opened again.
type inspected struct {
	contents Contents
	ok       bool
}

// inspect opens the copies of the messages that are reported, and counts those
// that could not be opened whole. A message to several lookalikes is opened once.
func inspect(found []findings.Row, o *Options, coverage *result.Coverage) {
	if o.Inspect == nil {
		return
	}
	var origins []parsers.Origin
	for i := range found {
		if r := &found[i]; r.Copied {
			origins = append(origins, r.Copy)
		}
	}
	slices.SortFunc(origins, byPlace)
	origins = slices.Compact(origins)
	all, limits := inspectAll(origins, o), map[string]bool{}
	for i := range all {
		for _, l := range all[i].contents.Limits {
			limits[l] = true
		}
		if !all[i].ok || all[i].contents.Cut {
			coverage.Uninspected++
		}
	}
	for i := range found {
		r := &found[i]
		if !r.Copied {
			continue
		}
		if n, _ := slices.BinarySearchFunc(origins, r.Copy, byPlace); all[n].ok {
			holds(&r.Delivery, &all[n].contents)
		}
	}
	coverage.ContentLimits = append(coverage.ContentLimits, slices.Sorted(maps.Keys(limits))...)
}

// byPlace orders messages as they stand in their sources.
func byPlace(a, b parsers.Origin) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Piece, b.Piece), cmp.Compare(a.Line, b.Line))
}

// inspectedAtOnce is how many messages, one after the other, a core takes at a
// time.
const inspectedAtOnce = 32

// inspectAll opens messages on several cores.
func inspectAll(origins []parsers.Origin, o *Options) []inspected {
	all := make([]inspected, len(origins))
	jobs := (len(origins) + inspectedAtOnce - 1) / inspectedAtOnce
	workers.Share(len(all), inspectedAtOnce, min(max(1, o.Jobs), jobs), func(_ int, numbers iter.Seq[int]) {
		in := o.Inspect()
		defer in.Close()
		for i := range numbers {
			all[i].contents, all[i].ok = in.Inspect(origins[i])
		}
	})
	return all
}

// holds gives d what its message was found to carry.
func holds(d *result.Delivery, c *Contents) {
	carries(d, c.Attachments)
	for _, class := range c.Classes {
		d.Sensitive = append(d.Sensitive, string(class))
	}
	slices.Sort(d.Sensitive)
	d.Sensitive = slices.Compact(d.Sensitive)
}

func carries(d *result.Delivery, a parsers.Attachments) {
	d.Attachments, d.AttachmentBytes, d.AttachmentKinds = a.Number, a.Bytes, a.Kinds.Words()
}
