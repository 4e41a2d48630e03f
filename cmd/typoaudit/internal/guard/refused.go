package guard

import (
	"errors"
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Refused are the domains of a file: mail to them and to what is below them is refused,
// whatever was learned. Of each the domain that is meant is known, or "".
type Refused map[domain.Name]string

// ParseRefused reads a file: a domain a line, after it, if it is known, the one that is
// meant; # begins a comment.
func ParseRefused(text string) (Refused, error) {
	list := Refused{}
	var errs []error
	n := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		n++
		line, _, _ = strings.Cut(line, "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		names, err := parseAll(words)
		switch {
		case err != nil:
			errs = append(errs, fmt.Errorf("line %d: %w", n, err))
		case len(names) > 2:
			errs = append(errs, fmt.Errorf("line %d: a domain, and the one that is meant", n))
		case len(names) == 2:
			list[names[0]] = names[1].String()
		default:
			list[names[0]] = ""
		}
	}
	return list, errors.Join(errs...)
}

func parseAll(words []string) (names []domain.Name, err error) {
	for _, w := range words {
		name, err := domain.Parse(w)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", w, err)
		}
		names = append(names, name)
	}
	return names, nil
}

// find returns the domain of an address, and which one is meant, if it is refused.
func (l Refused) find(recipient string) (name, intended string, ok bool) {
	_, host, isAddress := domain.SplitAddress(recipient)
	if !isAddress || len(l) == 0 {
		return "", "", false
	}
	n, err := domain.Parse(host)
	if err != nil {
		return "", "", false
	}
	for text := n.String(); ; {
		if intended, ok := l[domain.Canonical(text)]; ok {
			return n.String(), intended, true
		}
		_, parent, more := strings.Cut(text, ".")
		if !more {
			return "", "", false
		}
		text = parent
	}
}
