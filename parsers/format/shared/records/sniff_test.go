package records

import "testing"

// TestSniff holds the quick look, which rules most sources out, to what reading finds.
func TestSniff(t *testing.T) {
	t.Parallel()
	columns := Schema{Columns: []string{"Sender Address|from", "Empfänger", "a/status"}, Required: []int{0, 1, 2}}
	users := Schema{Columns: []string{`say "to"`}, Required: []int{0}, UserDefined: true}
	pairs := Schema{Columns: []string{"src|from", "to", "in/stat"}, Required: []int{0, 1, 2}, Pairs: &Pairs{Within: "in"}}
	for name, test := range map[string]struct {
		schema Schema
		head   string
		want   int
	}{
		"as they are":             {columns, "Sender Address,Empfänger,a/status\n", surely},
		"written in another way":  {columns, "\xef\xbb\xbfsep=;\n sender_address [UTC] ;\"EMPFÄNGER\";A/STATUS\n", surely},
		"the other name":          {columns, "#Fields: FROM\tEmp-fänger\t\"a/sta.tus\"\n", surely},
		"one is not there":        {columns, "Sender Address,Empfänger,b/status\n", 0},
		"a part of a longer name": {columns, "My Sender Address,Empfänger,a/status\n", 0},
		"in text":                 {columns, "from Empfänger a/status\n", 0},
		"the user's, with quotes": {users, "x,\"say \"\"to\"\"\"\n", userDefined},
		"the user's, not there":   {users, "x,say to\n", 0},
		"pairs":                   {pairs, "no pairs\nx from=a@b to=c@d in=\"x=1, stat=ok\"\n", surely},
		"pairs, one not there":    {pairs, "from=a@b to=c@d in=\"x=1\" stat=ok\n", 0},
		"pairs, in no line all":   {pairs, "from=a@b in=\"stat=ok\"\nto=c@d\n", 0},
	} {
		if got := test.schema.Sniff([]byte(test.head)); got != test.want {
			t.Errorf("%s: got %d, want %d", name, got, test.want)
		}
	}
}
