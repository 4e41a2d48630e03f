package table

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// JSONL reads one JSON object a line, or an array of them whose objects do not go
// over a line's end. A mapped key may be a path of keys with dots between them.
type JSONL struct {
	// Map names the keys that are not called as their fields.
	Map map[string]string
}

// Name implements parsers.Format.
func (JSONL) Name() string { return "jsonl" }

// Title implements parsers.Format.
func (JSONL) Title() string { return "JSON lines with the same keys, or --map; what parse prints" }

// maxSniffed is how many objects of a source are looked at to recognise it.
const maxSniffed = 20

// Sniff implements parsers.Format: one of the first objects has a recipient, a
// sender and a time, or together they have the keys of the map.
func (j JSONL) Sniff(head []byte) (score int) {
	if isBlank(head) {
		return blank
	}
	var all [fields]bool
	p := newLineParser(parsers.Piece{Map: j.Map}, nil)
	p.look(head, func() bool {
		has := p.seen
		for f := range has {
			all[f] = all[f] || has[f]
		}
		switch {
		case p.value[fieldSchema] == Schema:
			score = ours
		case has[fieldRecipient] && (has[fieldSender] || has[fieldAuthUser]) && has[fieldTime]:
			found := 80
			if p.guessed {
				found = guessed
			}
			score = max(score, found)
		}
		return true
	})
	switch {
	case p.missing(all) != nil:
		return 0
	case p.columns.mapped[fieldRecipient]: // the user says so
		return userMapped
	}
	return score
}

// blank is the answer of Sniff to an empty line and nothing else: what parse prints of a log
// in which nothing happened.
const blank = 30

// isBlank reports that one line. More of them, or blanks, are what is left of a file that was
// damaged or emptied: nothing shows that nothing happened.
func isBlank(text []byte) bool { return string(text) == "\n" || string(text) == "\r\n" }

// Missing implements parsers.MappedFormat.
func (j JSONL) Missing(head []byte) error {
	var all [fields]bool
	objects := 0
	p := newLineParser(parsers.Piece{Map: j.Map}, nil)
	p.look(head, func() bool {
		objects++
		for f, seen := range p.seen {
			all[f] = all[f] || seen
		}
		return true
	})
	if objects == 0 {
		return nil
	}
	return p.missing(all)
}

// missing says which key that the user named was not seen; nil if all were.
func (p *lineParser) missing(seen [fields]bool) error {
	for f, mapped := range p.columns.mapped {
		if mapped && !seen[f] {
			return fmt.Errorf("no key %q, which --map names for %s, in the first objects", p.columns.name[f], names()[f])
		}
	}
	return nil
}

// FirstTime implements parsers.LineFormat.
func (j JSONL) FirstTime(head []byte, loc *time.Location) (t time.Time, yearless, ok bool) {
	p := newLineParser(parsers.Piece{Map: j.Map, Location: loc}, nil)
	p.look(head, func() bool {
		t, ok = p.readTime()
		ok = ok && !t.IsZero()
		return !ok
	})
	return t, false, ok
}

// NewPiece implements parsers.LineFormat.
func (JSONL) NewPiece(p parsers.Piece, sink parsers.Sink) parsers.LineParser {
	return newLineParser(p, sink)
}

type lineParser struct {
	recorder
	cutter lines.Cutter
	byKey  map[string][]int // the fields that a key holds
	paths  map[int][]string // the keys on the way to a field that lies deeper

	exact   [fields]string // the keys as the fields are called
	guesses bool           // the user maps no key
	guessed bool           // the keys of the object that was read last only mean the fields
}

func newLineParser(p parsers.Piece, sink parsers.Sink) *lineParser {
	l := &lineParser{recorder: newRecorder(p, sink), byKey: map[string][]int{}, paths: map[int][]string{}}
	l.exact, l.guesses = l.columns.name, !slices.Contains(l.columns.mapped[:], true)
	for f, name := range l.columns.name {
		l.byKey[name] = append(l.byKey[name], f)
		if strings.Contains(name, ".") {
			l.paths[f] = strings.Split(name, ".")
		}
	}
	return l
}

// look reads the first objects of head, until yield returns false.
func (p *lineParser) look(head []byte, yield func() bool) {
	n := 0
	for line := range bytes.Lines(head) {
		more := p.objects(bytes.TrimSpace(line), func(object gjson.Result) bool {
			p.read(object)
			n++
			return n < maxSniffed && yield()
		})
		if !more || n >= maxSniffed {
			return
		}
	}
}

// Parse implements parsers.LineParser.
func (p *lineParser) Parse(block []byte) { p.cutter.Each(block, p.line) }

func (p *lineParser) line(line []byte) {
	p.tally.Lines++
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		p.tally.Known = true
		return
	}
	if len(line) == 1 && (line[0] == '[' || line[0] == ']') {
		return
	}
	found := false
	p.objects(line, func(object gjson.Result) bool {
		found = true
		p.read(object)
		if p.lacksSender() {
			p.tally.Bad(p.origin(p.tally.Lines), "neither a sender nor a login")
			return true
		}
		p.record(p.tally.Lines)
		return true
	})
	if !found {
		p.tally.Missed(p.origin(p.tally.Lines), "", "not a JSON object")
	}
}

// lacksSender reports whether the object is of another kind than those by which
// the source was recognised: it does not even have the key.
func (p *lineParser) lacksSender() bool {
	return !p.seen[fieldSender] && !p.seen[fieldAuthUser] && !p.columns.mapped[fieldRecipient]
}

// objects yields the object of a line, or those of an array; it is false once yield
// was. The line may be one of an array that goes over several.
func (p *lineParser) objects(line []byte, yield func(object gjson.Result) bool) (more bool) {
	if len(line) > 0 && line[0] == '[' && gjson.ValidBytes(line) {
		more = true
		gjson.Parse(lines.Borrow(line)).ForEach(func(_, element gjson.Result) bool {
			more = !element.IsObject() || yield(element)
			return more
		})
		return more
	}
	if n := len(line); n > 0 && (line[0] != '{' || line[n-1] != '}') {
		line = bytes.TrimSpace(bytes.TrimLeft(bytes.TrimRight(line, ",] \t"), "[ \t"))
	}
	if len(line) == 0 || line[0] != '{' || !gjson.ValidBytes(line) {
		return true
	}
	return yield(gjson.Parse(lines.Borrow(line)))
}

// read takes the values of an object.
func (p *lineParser) read(object gjson.Result) {
	p.clear()
	object.ForEach(func(key, value gjson.Result) bool {
		for _, f := range p.byKey[key.Str] {
			p.set(f, value)
		}
		return true
	})
	for f, path := range p.paths {
		if !p.seen[f] {
			p.follow(f, object, path)
		}
	}
	if p.guessed {
		p.guessed, p.columns.free, p.columns.name = false, [fields]bool{}, p.exact
	}
	if p.guesses && !(p.seen[fieldRecipient] && p.seen[fieldTime] && (p.seen[fieldSender] || p.seen[fieldAuthUser])) {
		p.guess(object)
	}
	if p.guesses && p.value[fieldSchema] != Schema && p.has[fieldRecipient] {
		p.addFurther(object)
	}
}

// addFurther takes the recipients of copies.
func (p *lineParser) addFurther(object gjson.Result) {
	if namesEnvelope(p.columns.name[fieldRecipient]) {
		return
	}
	object.ForEach(func(key, value gjson.Result) bool {
		if slices.Contains(copies(), foldHeading(key.Str)) && value.Type != gjson.False && value.String() != "" {
			p.set(fieldRecipient, value)
		}
		return true
	})
}

// follow takes the values at the end of a path, through the objects of lists too.
func (p *lineParser) follow(field int, v gjson.Result, path []string) {
	switch {
	case len(path) == 0:
		p.set(field, v)
	case v.IsArray():
		v.ForEach(func(_, element gjson.Result) bool {
			p.follow(field, element, path)
			return true
		})
	case v.IsObject():
		v.ForEach(func(key, value gjson.Result) bool {
			if key.Str == path[0] {
				p.follow(field, value, path[1:])
			}
			return true
		})
	}
}

// set takes the value of a field, the first of several but for recipients. An array
// stands for its first element.
func (p *lineParser) set(field int, v gjson.Result) {
	if field != fieldRecipient && p.has[field] {
		return
	}
	p.seen[field] = true
	switch {
	case v.Type == gjson.Null:
		return
	case field == fieldRecipient && v.IsArray():
		v.ForEach(func(_, element gjson.Result) bool {
			p.recipients = append(p.recipients, records.AddressText(element))
			return true
		})
	case field == fieldRecipient:
		p.recipients = append(p.recipients, records.AddressText(v))
	case field == fieldAttachmentKinds:
		for _, element := range v.Array() {
			p.value[field] += element.String() + " "
		}
	case v.IsArray():
		v.ForEach(func(_, element gjson.Result) bool {
			p.set(field, element)
			return !p.has[field]
		})
		return
	default:
		p.value[field] = v.String()
	}
	p.has[field] = true
}

// Close implements parsers.LineParser: a line needs no other.
func (p *lineParser) Close() (parsers.Tally, parsers.Rest) {
	if text := p.dates.Problem(); text != "" {
		p.tally.Problem(text)
	}
	return p.tally, nothing{}
}

// NewJoiner implements parsers.LineFormat.
func (JSONL) NewJoiner(parsers.Sink) parsers.Joiner { return joiner{} }

type nothing struct{}

// PackRest implements carry.Rest.
func (nothing) PackRest(*carry.Packer, bool) error { return nil }

type joiner struct{}

// UnpackRest implements carry.RestJoiner.
func (joiner) UnpackRest(*carry.Unpacker, parsers.Piece) parsers.Rest { return nothing{} }

// Join implements parsers.Joiner.
func (joiner) Join(parsers.Rest) {}

// Close implements parsers.Joiner.
func (joiner) Close() parsers.Tally { return parsers.Tally{} }
