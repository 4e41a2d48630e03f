package records

import (
	"slices"
	"strconv"

	"github.com/tidwall/gjson"
)

// Rows yields the rows of an answer in which the names of the columns stand apart, each as
// an object under those names. It is false if v is none:
//
//	{"tables":[{"columns":[{"name":"TimeGenerated"}],"rows":[["2026-11-20T10:00:00Z"]]}]}   Azure Log Analytics, Kusto ("ColumnName")
//	{"columns":[{"name":"@timestamp"}],"rows":[[…]]}                                        Elasticsearch's and OpenSearch's SQL
//	{"schema":[{"field":"message"}],"datarows":[[…]]}                                       Graylog, OpenSearch
//	{"fields":["_time","_raw"],"rows":[[…]]}                                                Splunk
func Rows(v gjson.Result, yield func(object gjson.Result)) bool {
	var lists [][]string
	var rows gjson.Result
	v.ForEach(func(_, value gjson.Result) bool {
		switch {
		case !value.IsArray():
		case value.Get("0").IsArray():
			rows = value
		default:
			lists = append(lists, columnNames(value))
		}
		return true
	})
	width := int(rows.Get("0.#").Int())
	i := slices.IndexFunc(lists, func(names []string) bool { return len(names) == width })
	if i < 0 || width == 0 {
		return false
	}
	names := lists[i]
	var object []byte
	rows.ForEach(func(_, row gjson.Result) bool {
		object = appendObject(object[:0], names, row)
		yield(gjson.ParseBytes(object))
		return true
	})
	return true
}

// columnNames returns the names that a list of columns has, none if it is another list.
func columnNames(list gjson.Result) (names []string) {
	list.ForEach(func(_, column gjson.Result) bool {
		name := column
		for _, key := range [...]string{"name", "ColumnName", "field"} {
			if named := column.Get(key); column.IsObject() && named.Exists() {
				name = named
				break
			}
		}
		if name.Type != gjson.String {
			names = nil
			return false
		}
		names = append(names, name.Str)
		return true
	})
	return names
}

// appendObject writes the values of a row under their names.
func appendObject(b []byte, names []string, row gjson.Result) []byte {
	b = append(b, '{')
	i := 0
	row.ForEach(func(_, value gjson.Result) bool {
		if i == len(names) {
			return false
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendQuote(b, names[i])
		b = append(append(b, ':'), value.Raw...)
		i++
		return true
	})
	return append(b, '}')
}
