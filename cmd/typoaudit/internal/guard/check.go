package guard

import (
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"

	"github.com/typoaudit/typoaudit/audit"
)

// maxBody bounds the body of a question by HTTP, in bytes.
const maxBody = 8 << 10

// A Question is the body of POST /check, a JSON object. Fields that are not known are
// an error: whoever writes them expects something.
type Question struct {
	Login     string  `json:"login"`
	Username  string  `json:"sasl_username"` // the login in Postfix' words
	Sender    *string `json:"sender"`        // "" for the null reverse-path of a bounce; the login if it is not there
	Recipient string  `json:"recipient"`
	Instance  string  `json:"instance"` // of the mail: its recipients have the same, and the second try has another one
}

// A Reply is the answer to a Question.
type Reply struct {
	Action     string  `json:"action"` // pass, warn, ask or refuse
	Reason     Reason  `json:"reason"`
	Code       string  `json:"code"`   // of the SMTP reply where the mail is refused: "550 5.7.1"; else ""
	Text       string  `json:"text"`   // for the sender
	Header     string  `json:"header"` // value of X-Typoaudit, for warn
	Recipient  string  `json:"recipient"`
	Lookalike  bool    `json:"lookalike"`
	Domain     string  `json:"domain"`
	Intended   string  `json:"intended"`
	Meant      string  `json:"meant"`
	Kind       string  `json:"kind"`
	How        string  `json:"how"`
	Confidence float64 `json:"confidence"`
}

// NewHTTPServer returns a server for a handler, bounded in what who connects may cost.
func NewHTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler: http.MaxBytesHandler(h, maxBody), ReadTimeout: patience, WriteTimeout: patience, IdleTimeout: idle, MaxHeaderBytes: maxBody,
	}
}

// Local lets a handler answer those alone who ask this machine by its own name or at a
// socket, unless others may ask as well: a page in somebody's browser may not, which has the
// name of its own server.
func Local(h http.Handler, o ListenOptions) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host, _, err := net.SplitHostPort(r.Host)
		if err != nil {
			host = r.Host
		}
		ip := net.ParseIP(host)
		_, isTCP := r.Context().Value(http.LocalAddrContextKey).(*net.TCPAddr)
		if isTCP && !o.Remote && host != "localhost" && (ip == nil || !ip.IsLoopback()) || r.Header.Get("Origin") != "" {
			http.Error(w, "not for browsers, and for this machine alone", http.StatusForbidden)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Check answers POST /check: one question, one answer.
func (g *Guard) Check(w http.ResponseWriter, r *http.Request) {
	q, err := readQuestion(r.Body)
	if err != nil {
		g.Counters.Malformed.Add(1)
		http.Error(w, "not a JSON object with login, sender, recipient and instance", http.StatusBadRequest)
		return
	}
	a := audit.Attempt{Login: cmp.Or(q.Login, q.Username), Recipient: q.Recipient}
	a.Sender = a.Login // of mail that somebody is writing
	if q.Sender != nil {
		a.Sender = *q.Sender
	}
	d := g.Decide(Request{Attempt: a, Instance: q.Instance, OfNobody: a.Login == "" && q.Sender == nil, Unsent: q.Sender == nil})
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Date", g.o.Now().UTC().Format(http.TimeFormat))
	_ = json.NewEncoder(w).Encode(newReply(&d)) // who asked may have gone
}

// readQuestion reads one question, and nothing after it.
func readQuestion(body io.Reader) (q Question, err error) {
	in := json.NewDecoder(io.LimitReader(body, maxBody))
	in.DisallowUnknownFields()
	if err := in.Decode(&q); err != nil {
		return q, err
	}
	if _, err := in.Token(); err != io.EOF {
		return q, errors.New("more than one object")
	}
	if q.Recipient == "" {
		return q, errors.New("no recipient")
	}
	return q, nil
}

func newReply(d *Decision) Reply {
	r := Reply{
		Action: d.Action.String(), Reason: d.Reason, Text: d.Text, Recipient: d.Query, Lookalike: d.IsFinding(), Domain: d.Domain,
		Intended: d.Intended, Meant: d.Meant, Kind: d.Kind, How: d.How, Confidence: d.Sure,
	}
	switch d.Action {
	case Ask, Deny:
		r.Code = refusalCode + " " + enhancedCode
	case Mark:
		r.Header = d.Header
	}
	return r
}

// ServeHTTP serves until the listener is closed.
func ServeHTTP(l net.Listener, s *http.Server) error {
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}
