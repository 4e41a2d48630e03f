// Package reference holds what is known of mail domains before any traffic is
// read: the mailbox providers of the world and their families.
package reference

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"github.com/typoaudit/typoaudit/audit/domain"
)

//go:embed providers.txt
var providers string

//go:embed neighbours.txt
var neighbours string

// A Provider is a domain of a mailbox provider.
type Provider struct {
	Name   domain.Name
	Family string // the same for all domains of one provider
	Major  bool   // a large part of all private mail goes there
}

// A Set is a set of providers, and of the neighbours of their names.
type Set struct {
	byName     map[domain.Name]Provider
	list       []Provider
	neighbours *Set
}

// Providers returns the embedded providers and neighbours: one set for all who ask.
func Providers() (*Set, error) { return parseEmbedded() }

// parseEmbedded parses once: each tenant of a run, and each audit of a watch, asks.
var parseEmbedded = sync.OnceValues(func() (*Set, error) {
	s, err := parse(providers)
	if err != nil {
		return nil, err
	}
	s.neighbours, err = parse(neighbours)
	return s, err
})

func parse(text string) (*Set, error) {
	s := &Set{byName: map[domain.Name]Provider{}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0][0] == '#' {
			continue
		}
		family, major := strings.CutSuffix(fields[0], "!")
		for _, f := range fields[1:] {
			name, err := domain.Parse(f)
			if err != nil {
				return nil, fmt.Errorf("providers, line %d: %s: %w", n, f, err)
			}
			if old, ok := s.byName[name]; ok {
				return nil, fmt.Errorf("providers, line %d: %s is in family %s already", n, f, old.Family)
			}
			p := Provider{name, family, major}
			s.byName[name] = p
			s.list = append(s.list, p)
		}
	}
	return s, nil
}

// Find returns the provider of name.
func (s *Set) Find(name domain.Name) (Provider, bool) {
	p, ok := s.byName[name]
	return p, ok
}

// Neighbour reports a well-known domain that is no provider's and lies near one,
// and whose it is.
func (s *Set) Neighbour(name domain.Name) (whose string, ok bool) {
	if s.neighbours == nil {
		return "", false
	}
	p, ok := s.neighbours.byName[name]
	return strings.ReplaceAll(p.Family, "-", " "), ok
}

// All returns the providers in the order of the list. It is not to be changed.
func (s *Set) All() []Provider { return s.list }
