package records

import (
	"strings"

	"github.com/tidwall/gjson"
)

// Rows yields the rows of an answer in which the names of the columns stand apart, each as
// an object under those names. It is false if v is none:
//
//	{"tables":[{"columns":[{"name":"TimeGenerated"}],"rows":[["2026-11-20T10:00:00Z"]]}]}   Azure Log Analytics, Kusto ("ColumnName")
//	{"columns":[{"name":"@timestamp"}],"rows":[[…]]}                                        Elasticsearch's and OpenSearch's SQL
//	{"schema":[{"field":"message"}],"datarows":[[…]]}                                       Graylog, OpenSearch
//	{"fields":["_time","_raw"],"rows":[[…]]}                                                Splunk
//	{"columns":["time","message"],"values":[[…]]}                                           InfluxDB
//	{"columns":[{"name":"time"}],"data":[[…]]}                                              Trino, pandas
//	{"meta":[{"name":"time"}],"data":[[…]]}                                                 ClickHouse's JSONCompact
//
// Lists under other keys are values of v.
func Rows(v gjson.Result, yield func(object gjson.Result)) bool {
	names, rows := tableOf(v)
	if len(names) == 0 {
		return false
	}
	var object []byte
	rows.ForEach(func(_, row gjson.Result) bool {
		object = appendObject(object[:0], names, row)
		yield(gjson.ParseBytes(object))
		return true
	})
	return true
}

// tableOf returns the names of the columns and the rows of an answer, no names if v is none.
func tableOf(v gjson.Result) (names []string, rows gjson.Result) {
	var lists map[string]gjson.Result
	v.ForEach(func(key, value gjson.Result) bool {
		if value.IsArray() {
			if lists == nil {
				lists = map[string]gjson.Result{}
			}
			lists[strings.ToLower(key.Str)] = value
		}
		return true
	})
	for _, pair := range [...]struct{ columns, rows string }{
		{"columns", "rows"}, {"fields", "rows"}, {"schema", "datarows"}, {"columns", "values"}, {"columns", "data"}, {"meta", "data"},
	} {
		rows := lists[pair.rows]
		if width := int(rows.Get("0.#").Int()); width > 0 && rows.Get("0").IsArray() {
			if names := columnNames(lists[pair.columns]); len(names) == width {
				return names, rows
			}
		}
	}
	return nil, rows
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
		b = gjson.AppendJSONString(b, names[i])
		b = append(append(b, ':'), value.Raw...)
		i++
		return true
	})
	return append(b, '}')
}
