package report

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
)

// legend says how to read the columns of a table.
func legend(r *result.Result, o Options, names senderNames) []layout.Paragraph {
	text := "ARRIVED: accepted by the other side"
	if a := r.Totals.Arrived; a.Maybe+a.Unknown > 0 && o.rows() != ByDelivery {
		text += "; +n?: n more may have been"
	}
	if o.rows() != ByLookalike && names.shared != "" {
		text = names.legend(o.pen()) + text
	}
	text += "."
	if o.rows() == ByDelivery && o.width() > 0 {
		text += " Times are in " + o.clock().Zone() + "."
	}
	return layout.Plain(text)
}

// legend says which domain was taken off the names.
func (n *senderNames) legend(pen layout.Pen) string {
	which := "Senders"
	if n.mixed() {
		which += " without a domain"
	}
	return which + " are " + pen.Brief(n.shared) + ". "
}
