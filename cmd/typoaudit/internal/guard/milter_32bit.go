//go:build 386 || arm || mips || mipsle

package guard

import (
	"context"
	"errors"
	"net"
)

// ServeMilter fails: the library that speaks the protocol, go-milter 0.10.1, does not compile
// for 32 bits.
func (g *Guard) ServeMilter(_ context.Context, l net.Listener) error {
	return errors.Join(errors.New("the milter protocol is not spoken on 32-bit systems"), framed{l}.Close())
}
