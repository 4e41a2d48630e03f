package syslog

import (
	"bytes"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// An entry is what an object or a row says of one line. Collectors of logs name
// their keys as they like: which one holds the line shows in what it holds.
type entry struct {
	texts    []value // that may be the line, or its text
	programs []string
	pid      string
	host     string
	time     time.Time
	rank     int // of the key that time is from; the least counts
	yearless bool
	decoder  *Decoder
	columns  map[string]string // those that the user names, by what they hold
}

type value struct {
	text string
	rank int
}

// maxValues bounds the values of an entry that are looked at.
const maxValues = 64

// object looks for a line in the values of an object, and of those within it.
func (s *search) object(v gjson.Result, depth int) bool {
	e := entry{decoder: s.decoder}
	e.addObject(v, 0)
	return s.entry(&e, depth)
}

// entry looks for a line in the values of an entry, those of the likelier keys
// first.
func (s *search) entry(e *entry, depth int) bool {
	before := *s.rec
	for rank := range lastRank + 1 {
		for _, v := range e.texts {
			if v.rank != rank {
				continue
			}
			*s.rec = before
			if s.rec.Time.IsZero() && !e.time.IsZero() {
				s.rec.Time, s.wrapper = e.time, WrapperJSON
				if e.yearless {
					s.wrapper = WrapperTraditional
				}
			}
			if e.host != "" {
				s.rec.Host = []byte(e.host)
			}
			text := bytes.TrimRight([]byte(v.text), "\r\n")
			headed := s.headed(text) || e.mayHold(text) && s.hasTag(text)
			isText := bytes.ContainsAny(bytes.TrimSpace(text), " |=,:") // and no word alone, such as a facility
			if !headed && isText && s.named(e, bytes.TrimLeft(text, " ")) {
				return true
			}
			s.plain, s.tags = maxPlain, 0
			if e.mayHold(text) && s.line(text, depth) || headed && s.named(e, text) {
				return true
			}
		}
	}
	*s.rec = before
	return false
}

// hasTag reports a text that begins with the tag of a program that is read: what the entry
// names is the service that it ran in.
func (s *search) hasTag(text []byte) bool {
	program, after, ok := cutTag(text)
	return ok && s.known(program, after)
}

// mayHold reports a text that may be the line of a program that the entry does not name: it
// is a whole line with its stamp, or those that are named may be containers.
func (e *entry) mayHold(text []byte) bool {
	_, _, stamped := e.decoder.anyStamp(text)
	return stamped || !slices.ContainsFunc(e.programs, func(p string) bool { return !isContainer([]byte(strings.TrimSuffix(p, ":") + ":")) })
}

// named reports a text of one of the programs that the entry names.
func (s *search) named(e *entry, text []byte) bool {
	for _, p := range e.programs {
		program, ident := []byte(strings.TrimSuffix(p, ":")), givenPID(e.pid)
		if i := bytes.IndexByte(program, '['); i > 0 {
			program, ident = program[:i], program[i:]
		}
		if len(text) > 0 && len(program) > 0 && s.known(program, text) {
			s.rec.Program, s.rec.pid, s.rec.Text = program, ident, text
			if e.host == p { // SourceName is a host's at one collector, a program's at another
				s.rec.Host = nil
			}
			return true
		}
	}
	return false
}

// maxKeys is how deep keys stand within an object.
const maxKeys = 5

func (e *entry) addObject(v gjson.Result, depth int) {
	v.ForEach(func(key, value gjson.Result) bool {
		switch {
		case value.IsObject():
			if depth < maxKeys {
				e.addObject(value, depth+1)
			}
			switch name := value.Get("name"); {
			case name.Type != gjson.String:
			case keyOf(key.Str) == "host":
				e.host = name.Str
			case keyOf(key.Str) == "process":
				e.programs = append(e.programs, name.Str)
			}
		case value.IsArray(): // other entries, but for the fields of Elasticsearch: {"message":["text"]}
			if only := value.Get("0"); only.Type == gjson.String && value.Get("#").Int() == 1 {
				e.add(key.Str, only.Str)
			}
		default:
			e.add(key.Str, value.String())
		}
		return len(e.texts) < maxValues
	})
}

// keyOf brings the name of a key to one form.
func keyOf(name string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case '_', '-', '.', '@', ' ', '$':
			return -1
		}
		return c
	}, strings.ToLower(name))
}

// Ranks of the keys of texts.
const (
	messageRank = iota
	rawRank
	lastRank
)

// outcome returns a text of an entry that looks like a line of a delivery, and the
// program that wrote it, if that is known; nil if there is none.
func (e *entry) outcome() (program, text []byte) {
	for _, v := range e.texts {
		if text := []byte(v.text); ShowsOutcome(text) {
			if len(e.programs) > 0 {
				return []byte(e.programs[0]), text
			}
			return nil, text
		}
	}
	return nil, nil
}

// add notes the value of a key.
func (e *entry) add(name, text string) {
	key := keyOf(name)
	rank := lastRank
	for what, column := range e.columns {
		if name == column {
			key = what
		} else if key == what {
			return // another one is it
		}
	}
	if isLong := len(text) > maxTag && ShowsOutcome([]byte(text)); !isLong && e.addName(key, text) {
		return
	}
	switch key {
	case "message", "msg", "syslogmessage", "logmessage", "fullmessage", "textpayload":
		rank = messageRank
	case "raw", "line", "log", "fulllog", "shortmessage", "original", "body": // a short message may be cut
		rank = rawRank
	}
	if e.addTime(key, name, text) {
		return
	}
	if rank == lastRank && len(text) <= maxDate && len(text) > 0 && isDigit(text[0]) && hasClock([]byte(text)) {
		if t, yearless, ok := e.decoder.timeOf(text, e.decoder.clock.location); ok { // "Zeit"
			if e.rank == 0 {
				e.time, e.rank, e.yearless = t, unnamedTime, yearless
			}
			return
		}
	}
	e.texts = append(e.texts, value{text, rank})
}

// addName notes a value that names who wrote the line, if the key is that of one.
func (e *entry) addName(key, text string) bool {
	switch key {
	case "program", "programname", "processname", "syslogappname", "syslogprogram", "syslogident", "ident", "appname", "applicationname", "sourcename", "syslogidentifier", "syslogtag", "tag",
		"comm", "process", "app", "service", "procname":
		e.programs = append(e.programs, text)
		if key == "sourcename" && e.host == "" {
			e.host = text
		}
	case "pid", "procid", "processid", "processpid", "syslogpid", "syslogprocid":
		e.pid = text
	case "host", "hostname", "computer", "source", "logstreamname", "sysloghostname", "hosthostname":
		if e.host == "" || key == "host" || strings.HasSuffix(key, "hostname") {
			e.host = text
		}
	default:
		return false
	}
	return true
}

// addNameless notes a value of a row without names: it may be a time, the name of a
// program, or a text.
func (e *entry) addNameless(text string) {
	if t, yearless, ok := e.decoder.timeOf(text, e.decoder.clock.location); ok {
		if e.rank == 0 {
			e.time, e.rank, e.yearless = t, otherTime, yearless
		}
		return
	}
	if program, _, _ := strings.Cut(strings.TrimSuffix(text, ":"), "["); isTag([]byte(program)) && len(text) <= maxTag {
		e.programs = append(e.programs, text)
		return
	}
	e.texts = append(e.texts, value{text, messageRank})
}

// Ranks of the keys of times: that of the event goes before another, and both
// before that at which a collector took it in.
const (
	eventTime = iota + 1
	otherTime
	collectorTime
	unnamedTime
)

// addTime notes a time, if the key is that of one.
func (e *entry) addTime(key, name, text string) bool {
	rank := otherTime
	switch {
	case !strings.Contains(key, "time") && !strings.Contains(key, "date") && !strings.HasSuffix(key, "ts") && !strings.Contains(key, "generatedat") && !strings.Contains(key, "receivedat"):
		return false
	case strings.Contains(key, "receive") || strings.Contains(key, "ingest") || strings.Contains(key, "index") || strings.Contains(key, "observed"):
		rank = collectorTime
	case key == "timestamp" || key == "time" || key == "isodate" || key == "eventtime" || strings.HasPrefix(key, "timegenerated") || key == "realtimetimestamp":
		rank = eventTime
	}
	location := e.decoder.clock.location
	if strings.Contains(name, "[UTC]") {
		location = time.UTC
	}
	t, yearless, ok := e.decoder.timeOf(text, location)
	if ok && (e.rank == 0 || rank < e.rank || e.yearless && !yearless) {
		e.time, e.rank, e.yearless = t, rank, yearless
	}
	return ok
}

// timeOf reads a time in any form that exports have.
func (d *Decoder) timeOf(text string, location *time.Location) (t time.Time, yearless, ok bool) {
	text = strings.TrimSpace(text)
	if rest, utc := strings.CutSuffix(text, " UTC"); utc {
		text, location = rest, time.UTC
	}
	if t, ok := unixTime([]byte(text)); ok {
		return t, false, true
	}
	var dates records.Dates
	if t, ok := dates.Read(text, location); ok && len(text) > 0 {
		return t, false, true
	}
	if t, rest, ok := d.anyStamp([]byte(text + " ")); ok && len(bytes.TrimSpace(rest)) == 0 {
		return t, text[0]-'A' < 26, true
	}
	return t, false, false
}
