package syslog

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"
)

// maxText bounds a line that docker split, and a field of journald.
const maxText = 1 << 20

// object reads a line of JSON. Which of the shapes it is shows in its keys;
// they may come in any order.
func (d *Decoder) object(line []byte, rec *Record) (Wrapper, []byte) {
	if !gjson.ValidBytes(line) {
		return WrapperNone, nil
	}
	var o object
	o.all = gjson.ParseBytes(line)
	o.all.ForEach(o.field)
	if strings.Contains(o.whole.Str, o.text.Str) { // GELF's short_message may be cut
		o.text = o.whole
	}
	switch {
	case o.message.Exists() && (o.micros.Exists() || o.identifier.Exists() || o.comm.Exists()):
		return d.journald(&o, rec)
	case o.log.Exists():
		return d.docker(&o, rec)
	case o.text.Exists():
		return d.rsyslogJSON(&o, rec)
	}
	return WrapperNone, nil
}

// An object holds the keys of the three JSON shapes.
type object struct {
	micros, hostname, identifier, comm, message gjson.Result // journald
	pid                                         gjson.Result // of journald and the others
	log, time                                   gjson.Result // docker
	stamp, host, program, tag, text, whole      gjson.Result // rsyslog, GELF
	all                                         gjson.Result
}

func (o *object) field(key, value gjson.Result) bool {
	switch key.Str {
	case "__REALTIME_TIMESTAMP":
		o.micros = value
	case "_HOSTNAME":
		o.hostname = value
	case "SYSLOG_IDENTIFIER":
		o.identifier = value
	case "_COMM":
		o.comm = value
	case "MESSAGE":
		o.message = value
	case "_PID", "pid", "procid":
		o.pid = value
	case "log":
		if value.Type == gjson.String { // Filebeat has an object of that name
			o.log = value
		}
	case "time":
		o.time = value
	case "@timestamp", "timestamp", "timereported", "timegenerated":
		o.stamp = value
	case "host", "hostname":
		o.host = named(value)
	case "program", "programname", "app-name", "appname", "ident", "process", "_application_name":
		o.program = named(value)
	case "tag", "syslogtag":
		o.tag = value
	case "message", "msg", "short_message":
		o.text = value
	case "full_message":
		o.whole = value
	}
	return true
}

// named returns the name of an object of the Elastic Common Schema, such as
// {"name":"mail"}; any other value is one itself.
func named(v gjson.Result) gjson.Result {
	if v.IsObject() {
		return v.Get("name")
	}
	return v
}

// journald reads journalctl -o json (systemd.journal-fields(7)). MESSAGE is a
// string, an array of bytes where it is not UTF-8, or an array of strings where
// the field was given several times.
func (d *Decoder) journald(o *object, rec *Record) (Wrapper, []byte) {
	if us, err := strconv.ParseInt(o.micros.String(), 10, 64); err == nil {
		rec.setTime(time.UnixMicro(us).UTC())
	} else { // Fluent Bit has a "date" of its own
		d.anyTime(o, rec)
	}
	rec.Host = []byte(o.hostname.String())
	rec.Program = []byte(o.identifier.String())
	if len(rec.Program) == 0 {
		rec.Program = []byte(o.comm.String())
	}
	rec.pid = givenPID(o.pid.String())
	rec.cutIdent()
	return WrapperJournald, appendText(nil, o.message)
}

// appendText appends a MESSAGE.
func appendText(b []byte, v gjson.Result) []byte {
	switch {
	case v.Type == gjson.String:
		return append(b, v.Str...)
	case v.IsArray():
		v.ForEach(func(_, e gjson.Result) bool {
			if e.Type == gjson.Number {
				b = append(b, byte(e.Int()))
				return len(b) < maxText
			}
			if len(b) == 0 {
				b = append(b, e.Str...)
			}
			return false
		})
	}
	return b
}

// dockerSplit is the size at which docker splits a line.
const dockerSplit = 16 << 10

// docker reads a record of the json-file log driver. A line of more than
// 16 KiB comes in several records, of which only the last ends in a line feed.
// A shorter one without it is a line: Fluentd's driver takes them off.
func (d *Decoder) docker(o *object, rec *Record) (Wrapper, []byte) {
	text := []byte(o.log.String())
	if !bytes.HasSuffix(text, []byte("\n")) && len(text) >= dockerSplit && len(d.partial)+len(text) <= maxText {
		d.partial = append(d.partial, text...)
		return WrapperDocker, nil
	}
	if len(d.partial) > 0 {
		text = append(d.partial, text...)
		d.partial = nil
	}
	if t, ok := d.clock.iso([]byte(o.time.String())); ok {
		rec.setTime(t)
	}
	return WrapperDocker, bytes.TrimRight(text, "\r\n")
}

// anyTime takes the time of a record from whichever key has one.
func (d *Decoder) anyTime(o *object, rec *Record) {
	e := entry{decoder: d}
	e.addObject(o.all, 0)
	if !e.yearless {
		rec.setTime(e.time)
	}
}

// fromDepth takes the host and the PID of a record whose text names neither from the objects
// within it: all lines of a message are of one host.
func (d *Decoder) fromDepth(o *object, rec *Record) {
	e := entry{decoder: d}
	e.addObject(o.all, 0)
	rec.Host = []byte(e.host)
	if !o.pid.Exists() {
		rec.pid = givenPID(e.pid)
	}
}

// rsyslogJSON reads what rsyslog's jsonf templates write, and what shippers of
// logs make of a line: they keep it whole, or name its program apart. Its
// program is cut at the slash; the tag has all of it.
func (d *Decoder) rsyslogJSON(o *object, rec *Record) (Wrapper, []byte) {
	stamp := o.stamp
	if !stamp.Exists() {
		stamp = o.time
	}
	if t, ok := d.clock.iso([]byte(stamp.String())); ok {
		rec.setTime(t)
	} else if t, ok := unixTime([]byte(stamp.Raw)); ok { // GELF has seconds since 1970, others milliseconds
		rec.setTime(t)
	} else {
		d.anyTime(o, rec)
	}
	rec.Host = []byte(o.host.String())
	rec.Program = []byte(o.program.String())
	tag := append([]byte(o.tag.String()), ' ')
	rec.pid = givenPID(o.pid.String())
	if text := []byte(o.text.String()); !o.host.Exists() && !startsHeader(text) && !isBare(text) {
		d.fromDepth(o, rec)
	}
	if program, _, ok := cutTag(tag); ok {
		rec.Program = program
		if len(tag) > len(program)+len(": ") {
			rec.pid = tag[len(program):]
		}
	}
	return WrapperJSON, []byte(o.text.String())
}
