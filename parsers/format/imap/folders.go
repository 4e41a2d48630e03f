package imap

import (
	"context"

	"github.com/typoaudit/typoaudit/parsers"
)

// Folders logs the first account in and returns the names of its folders, in their order.
// No folder is opened.
func Folders(ctx context.Context, o Options) (names []string, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	o.Accounts, o.Jobs, o.NewSink = o.Accounts[:1], 1, func() parsers.Sink { return nil }
	c := newReader(o, cancel).accounts[0].connection
	defer c.logOut(ctx)
	err = c.attempt(ctx, func(s *session) error {
		all, _, err := s.listFolders(ctx)
		for _, f := range all {
			names = append(names, f.name)
		}
		return err
	})
	return names, err
}
