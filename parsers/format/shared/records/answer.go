package records

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
)

// NotePage counts an object that is no record, but holds some, by what it says of itself: that
// there is another page of them, how many there are in all, that the search for them failed in
// part.
//
//	{"value":[…],"@odata.nextLink":"https://…"}                                    OData, Graph
//	{"entries":[…],"nextPageToken":"…"}, {"events":[…],"nextToken":"…"}            Google, Amazon
//	{"data":[…],"has_more":true}, {"data":[…],"links":{"next":"https://…"}}        services
//	{"timed_out":false,"_shards":{"failed":1},"hits":{"total":{"value":9},"hits":[…]}}   Elasticsearch
//	{"status":"Running","results":[[…]]}                                           CloudWatch Insights
//
// Mailgun names a next page always.
func NotePage(p *parsers.Pages, v gjson.Result) {
	var s statement
	s.read(v, maxStatementDepth)
	switch {
	case s.failed:
		p.Failed++
	case s.more:
		p.More++
	default:
		p.Last++
	}
	if s.all > 0 {
		p.All, p.Listed = max(p.All, s.all), p.Listed+s.listed
	}
}

// maxStatementDepth is how deep an answer says something of itself.
const maxStatementDepth = 3

// A statement is of an answer about itself.
type statement struct {
	more, failed bool
	listed, all  int64
}

func (s *statement) read(v gjson.Result, depth int) {
	var listed, all int64
	status, results := "", false
	v.ForEach(func(key, value gjson.Result) bool {
		name := key.Str
		switch {
		case value.IsArray():
			listed += objectsIn(value)
			results = results || name == "results"
			s.failed = s.failed || name == "warnings" && value.Get("0").Type == gjson.String
		case value.IsObject():
			s.more = s.more || name == "links" && value.Get("next").Str != ""
			s.failed = s.failed || name == "_shards" && value.Get("failed").Int() > 0
			if name == "total" { // {"value":10000,"relation":"gte"}
				all = value.Get("value").Int()
			} else if depth > 1 {
				s.read(value, depth-1)
			}
		case value.Type == gjson.Number:
			if isTotal(name) {
				all = value.Int()
			}
		case name == "status":
			status = value.Str
		default:
			s.more = s.more || saysMore(name, value)
			s.failed = s.failed || value.Type == gjson.True && (name == "timed_out" || name == "terminated_early" || name == "is_partial")
		}
		return true
	})
	s.failed = s.failed || results && isUnfinished(status)
	if listed > 0 && all > 0 {
		s.listed, s.all = s.listed+listed, max(s.all, all)
	}
}

// objectsIn returns how many objects an array has.
func objectsIn(list gjson.Result) (n int64) {
	list.ForEach(func(_, value gjson.Result) bool {
		if value.IsObject() {
			n++
		}
		return true
	})
	return n
}

// isTotal reports a key for how many records there are in all. A list has others as well that it
// counts alike.
func isTotal(name string) bool {
	switch name {
	case "total", "TotalCount", "totalCount", "total_count", "total_results", "totalResults":
		return true
	}
	return false
}

// saysMore reports a key that is there where another page is.
func saysMore(name string, value gjson.Result) bool {
	switch name {
	case "has_more", "hasMore", "hasNextPage":
		return value.Type == gjson.True
	case "__next", "nextToken", "NextToken", "nextPageToken", "NextPageToken", "next_page_token", "nextLink":
		return value.Str != ""
	}
	return strings.HasSuffix(name, "odata.nextLink") && value.Str != ""
}

// isUnfinished reports a word of CloudWatch Insights for a query that has not found all.
func isUnfinished(status string) bool {
	switch status {
	case "Running", "Scheduled", "Timeout", "Cancelled", "Failed":
		return true
	}
	return false
}
