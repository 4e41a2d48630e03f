package records_test

import (
	"testing"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// TestRows: only the keys that answers have for their columns and rows are those.
func TestRows(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"columns":[{"name":"a"},{"name":"b"}],"rows":[[1,2]]}`:     `{"a":1,"b":2}`,
		`{"Columns":[{"ColumnName":"a"}],"Rows":[["x"]]}`:            `{"a":"x"}`,
		`{"rows":[["x"]],"fields":["a"]}`:                            `{"a":"x"}`,
		`{"schema":[{"field":"a"}],"datarows":[["x"]],"tags":["b"]}`: `{"a":"x"}`,
		`{"columns":["a\u0001"],"values":[[{"n":1}]]}`:               `{"a\u0001":{"n":1}}`,
		`{"tags":["a","b"],"pos":[["x","y"]]}`:                       "",
		`{"message":"m","tags":["a"],"rows":[["x"]]}`:                "",
		`{"columns":["a","b"],"rows":[["x"]]}`:                       "",
		`{"columns":["a"],"rows":[]}`:                                "",
	} {
		got := ""
		found := records.Rows(gjson.Parse(answer), func(o gjson.Result) { got += o.Raw })
		if found != (want != "") || got != want {
			t.Errorf("%s: got %q, want %q", answer, got, want)
		}
	}
}
