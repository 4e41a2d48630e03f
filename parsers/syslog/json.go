package syslog

import (
	"bytes"
	"strconv"
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
	gjson.ParseBytes(line).ForEach(o.field)
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
	log, time                                   gjson.Result // docker
	stamp, host, program, tag, text             gjson.Result // rsyslog
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
	case "log":
		o.log = value
	case "time":
		o.time = value
	case "@timestamp", "timestamp", "timereported", "timegenerated":
		o.stamp = value
	case "host", "hostname":
		o.host = value
	case "program", "programname", "app-name", "appname":
		o.program = value
	case "tag", "syslogtag":
		o.tag = value
	case "message", "msg":
		o.text = value
	}
	return true
}

// journald reads journalctl -o json (systemd.journal-fields(7)). MESSAGE is a
// string, an array of bytes where it is not UTF-8, or an array of strings where
// the field was given several times.
func (d *Decoder) journald(o *object, rec *Record) (Wrapper, []byte) {
	if us, err := strconv.ParseInt(o.micros.String(), 10, 64); err == nil {
		rec.setTime(time.UnixMicro(us).UTC())
	}
	rec.Host = []byte(o.hostname.String())
	rec.Program = []byte(o.identifier.String())
	if len(rec.Program) == 0 {
		rec.Program = []byte(o.comm.String())
	}
	d.scratch = appendText(d.scratch[:0], o.message)
	return WrapperJournald, d.scratch
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

// docker reads a record of the json-file log driver. A line of more than
// 16 KiB comes in several records, of which only the last ends in a line feed.
func (d *Decoder) docker(o *object, rec *Record) (Wrapper, []byte) {
	text := []byte(o.log.String())
	if !bytes.HasSuffix(text, []byte("\n")) && len(d.partial)+len(text) <= maxText {
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

// rsyslogJSON reads what rsyslog's jsonf templates write. Its program is cut at
// the slash; the tag has all of it.
func (d *Decoder) rsyslogJSON(o *object, rec *Record) (Wrapper, []byte) {
	if t, ok := d.clock.iso([]byte(o.stamp.String())); ok {
		rec.setTime(t)
	}
	rec.Host = []byte(o.host.String())
	rec.Program = []byte(o.program.String())
	tag := append([]byte(o.tag.String()), ' ')
	if program, _, ok := cutTag(tag); ok {
		rec.Program = program
	}
	return WrapperJSON, []byte(o.text.String())
}
