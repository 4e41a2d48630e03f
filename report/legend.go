package report

import (
	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/report/internal/layout"
)

// legend says how to read the columns of a table.
func legend(r *audit.Result, o Options) []layout.Paragraph {
	text := "ARRIVED: accepted by the other side"
	if a := r.Totals.Arrived; a.Maybe+a.Unknown > 0 && o.rows() != ByDelivery {
		text += "; +n?: n more may have been"
	}
	return layout.Plain(sendersLegend(r, o) + text + ".")
}

// sendersLegend says which domain was taken off the names of the senders.
func sendersLegend(r *audit.Result, o Options) string {
	if o.rows() == ByLookalike {
		return ""
	}
	names := namesOf(r, o.rows())
	if names.shared == "" {
		return ""
	}
	which := "Senders"
	if names.mixed() {
		which += " without a domain"
	}
	return which + " are " + o.pen().Brief(names.shared) + ". "
}
