package google_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/google"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

const columns = "Message ID,Start date,End date,Sender,Message size,Subject,Direction,Attachments,Recipient address,Event target,Event date,Event status,Event target IP address,Has encryption,Event SMTP reply code,Event description,Client Type,Device User Session ID"

// TestCases reads rows as Google's "Email Log Search export fields" describes
// them.
func TestCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, google.Format(), []parserstest.Case{
		{Name: "each status of a message that leaves", Log: columns + `
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,a@army.ml,SMTP_OUT,2026/11/20 09:00:01 UTC,Delivered,203.0.113.20,Yes,250,250 2.0.0 OK,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,b@army.ml,SMTP_OUT,2026/11/20 09:00:02 UTC,Sent,203.0.113.20,Yes,250,,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,c@army.ml,SMTP_OUT,2026/11/20 09:00:03 UTC,Bounced,,No,550,550 5.1.1 no such user,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,d@army.ml,SMTP_OUT,2026/11/20 09:00:04 UTC,Failed,,No,,,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,e@army.ml,smtp-out,2026/11/20 09:00:05 UTC,Rejected,,No,550,,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,f@army.ml,SMTP_OUT,2026/11/20 09:00:06 UTC,Delayed,203.0.113.20,No,421,421 4.7.0 later,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,g@army.ml,SMTP_OUT,2026/11/20 09:00:07 UTC,Deferred,,No,,,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,h@army.ml,SMTP_OUT,2026/11/20 09:00:08 UTC,Dropped,,No,,,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,i@army.ml,QUARANTINE,2026/11/20 09:00:09 UTC,Quarantined,,No,,,,
			<1@corp.example>,,,ann@corp.example,4821,"Plan, ""v2""",Sent,0,j@army.ml,SMTP_OUT,2026/11/20 09:00:10 UTC,Thawed,,No,,,,
			`, Want: []string{
			`<ann@corp.example> -> <a@army.ml> delivered yes dsn="2.0.0" relay="203.0.113.20" id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted at 2026-11-20T09:00:01Z line=2`,
			`<ann@corp.example> -> <b@army.ml> delivered yes relay="203.0.113.20" id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted at 2026-11-20T09:00:02Z line=3`,
			`<ann@corp.example> -> <c@army.ml> bounced no dsn="5.1.1" id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:03Z line=4`,
			`<ann@corp.example> -> <d@army.ml> bounced no id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:04Z line=5`,
			`<ann@corp.example> -> <e@army.ml> rejected no id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:05Z line=6`,
			`<ann@corp.example> -> <f@army.ml> deferred no dsn="4.7.0" relay="203.0.113.20" id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:06Z line=7`,
			`<ann@corp.example> -> <g@army.ml> deferred no id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:07Z line=8`,
			`<ann@corp.example> -> <h@army.ml> discarded no id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:08Z line=9`,
			`<ann@corp.example> -> <i@army.ml> held no id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted failed at 2026-11-20T09:00:09Z line=10`,
			`<ann@corp.example> -> <j@army.ml> unknown unknown id="1@corp.example" subject="Plan, \"v2\"" bytes=4821 submitted at 2026-11-20T09:00:10Z line=11`,
		}},
		{Name: "events of one message in any order: the last word counts", Log: columns + `
			<1@corp.example>,,,ann@corp.example,10,Plan,Sent,0,jane@army.ml,SMTP_OUT,2026/11/20 09:05:00 UTC,Delivered,203.0.113.20,Yes,250,OK,,
			<1@corp.example>,,,ann@corp.example,10,Plan,Sent,0,jane@army.ml,SMTP_OUT,2026/11/20 09:00:00 UTC,Delayed,203.0.113.20,Yes,421,later,,
			<1@corp.example>,,,ann@corp.example,10,Plan,Sent,0,kim@army.ml,SMTP_OUT,2026/11/20 09:00:00 UTC,Delivered,203.0.113.20,Yes,250,OK,,
			<1@corp.example>,,,ann@corp.example,10,Plan,Sent,0,kim@army.ml,SMTP_OUT,2026/11/20 09:06:00 UTC,Bounced,203.0.113.20,Yes,550,550 5.1.1 no,,
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes relay="203.0.113.20" id="1@corp.example" subject="Plan" bytes=10 submitted at 2026-11-20T09:05:00Z line=2`,
			`<ann@corp.example> -> <kim@army.ml> bounced no dsn="5.1.1" relay="203.0.113.20" id="1@corp.example" subject="Plan" bytes=10 submitted failed at 2026-11-20T09:06:00Z line=5`,
		}},
		{Name: "mailboxes of the domain, and mail that comes in", Log: columns + `
			<1@corp.example>,,,ann@corp.example,10,Lunch,Mixed,0,bob@corp.example,GMAIL_INBOX,2026/11/20 09:00:00 UTC,Delivered,,No,,,,
			<1@corp.example>,,,ann@corp.example,10,Lunch,Mixed,0,cy@corp.example,GMAIL_SPAM,2026/11/20 09:00:00 UTC,Inserted,,No,,,,
			<2@partner.example>,,,sam@partner.example,11,Hello,Received,0,<bob@corp.example>,GMAIL_INBOX,2026/11/20 09:00:01 UTC,Delivered,,No,,,,
			`, Want: []string{
			`<ann@corp.example> -> <bob@corp.example> delivered yes id="1@corp.example" subject="Lunch" bytes=10 local at 2026-11-20T09:00:00Z line=2`,
			`<ann@corp.example> -> <cy@corp.example> delivered yes id="1@corp.example" subject="Lunch" bytes=10 local at 2026-11-20T09:00:00Z line=3`,
			`<sam@partner.example> -> <bob@corp.example> delivered yes id="2@partner.example" subject="Hello" bytes=11 inbound local at 2026-11-20T09:00:01Z line=4`,
		}},
		{Name: "senders: with a delegate, in brackets, none, and one that is not known", Log: columns + `
			<1@corp.example>,,,ann@corp.example (bob@corp.example),10,Plan,Sent,0,jane@army.ml,SMTP_OUT,2026/11/20 09:00:00 UTC,Delivered,,Yes,250,,,
			<2@corp.example>,,,<ann@corp.example>;,10,Plan,Sent,0,jane@army.ml,SMTP_OUT,2026/11/20 09:00:00 UTC,Delivered,,Yes,250,,,
			<3@corp.example>,,,,10,Plan,Sent,0,jane@army.ml,SMTP_OUT,2026/11/20 09:00:00 UTC,Delivered,,Yes,250,,,
			SMTPIN_ADDED_REJECT_SESSION@mx.google.com,,,N/A,0,N/A,Received,0,bob@corp.example,SMTP_IN,2026/11/20 09:00:00 UTC,Rejected,,No,550,,,
			SMTPIN_ADDED_REJECT_SESSION@mx.google.com,,,N/A,0,N/A,Received,0,N/A,SMTP_IN,2026/11/20 09:00:00 UTC,Rejected,,No,550,,,
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes id="1@corp.example" subject="Plan" bytes=10 submitted at 2026-11-20T09:00:00Z line=2`,
			`<ann@corp.example> -> <jane@army.ml> delivered yes id="2@corp.example" subject="Plan" bytes=10 submitted at 2026-11-20T09:00:00Z line=3`,
			`<> -> <jane@army.ml> delivered yes id="3@corp.example" subject="Plan" bytes=10 submitted at 2026-11-20T09:00:00Z line=4`,
			`? -> <bob@corp.example> rejected no id="SMTPIN_ADDED_REJECT_SESSION@mx.google.com" subject="N/A" inbound failed at 2026-11-20T09:00:00Z line=5`,
		}},
		{Name: "damaged rows are counted", Log: columns + `
			<1@corp.example>,,,ann@corp.example,x,Plan,Sent,0,jane@army.ml,SMTP_OUT,yesterday,Delivered,,Yes,250,,,
			<2@corp.example>,,,ann@corp.example,10,"Plan,Sent,0,kim@army.ml,SMTP_OUT,2026/11/20 09:00:00 UTC,Delivered,,Yes,250,,,
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes id="1@corp.example" subject="Plan" submitted line=2`,
		}, Malformed: []string{"2: time that cannot be read", "3: quotes that do not end"}},
	})
}

// TestBigQueryCases reads rows as Google's "Schema for Gmail logs in BigQuery"
// describes them.
func TestBigQueryCases(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, google.BigQuery(), []parserstest.Case{
		{Name: "each action that says something of a delivery", Log: `
			{"event_info":{"timestamp_usec":"1795174361000000","success":true},"message_info":{"action_type":10,"rfc2822_message_id":"<1@corp.example>","subject":"Plan","payload_size":"48","source":{"address":"ann@corp.example"},"destination":[{"address":"a@army.ml"}],"connection_info":{"smtp_out_remote_host":"mx.army.ml"}}}
			{"event_info":{"timestamp_usec":"1795174362000000","success":false},"message_info":{"action_type":10,"rfc2822_message_id":"<2@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"b@army.ml"}],"connection_info":{"smtp_response_reason":"450 4.2.0 later"}}}
			{"event_info":{"timestamp_usec":"1795174363000000","success":true},"message_info":{"action_type":14,"rfc2822_message_id":"<3@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"c@army.ml"}]}}
			{"event_info":{"timestamp_usec":"1795174364000000","success":false},"message_info":{"action_type":18,"rfc2822_message_id":"<4@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"d@army.ml"}],"connection_info":{"smtp_response_reason":"550 5.1.1 no"}}}
			{"event_info":{"timestamp_usec":"1795174365000000","success":true},"message_info":{"action_type":19,"rfc2822_message_id":"<5@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"e@army.ml"}]}}
			{"event_info":{"timestamp_usec":"1795174366000000","success":true},"message_info":{"action_type":48,"rfc2822_message_id":"<6@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"f@army.ml"}]}}
			{"event_info":{"timestamp_usec":"1795174367000000","success":true},"message_info":{"action_type":49,"rfc2822_message_id":"<7@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"g@army.ml"}]}}
			{"event_info":{"timestamp_usec":"1795174368000000","success":true},"message_info":{"action_type":3,"rfc2822_message_id":"<8@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"h@army.ml"}]}}
			{"event_info":{"timestamp_usec":"1795174369000000","success":true},"message_info":{"action_type":1,"rfc2822_message_id":"<9@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"i@army.ml"}]}}
			`, Want: []string{
			`<ann@corp.example> -> <a@army.ml> delivered yes relay="mx.army.ml" id="1@corp.example" subject="Plan" bytes=48 at 2026-11-20T11:32:41Z line=1`,
			`<ann@corp.example> -> <b@army.ml> deferred no dsn="4.2.0" id="2@corp.example" failed at 2026-11-20T11:32:42Z line=2`,
			`<ann@corp.example> -> <c@army.ml> deferred no id="3@corp.example" failed at 2026-11-20T11:32:43Z line=3`,
			`<ann@corp.example> -> <d@army.ml> bounced no dsn="5.1.1" id="4@corp.example" failed at 2026-11-20T11:32:44Z line=4`,
			`<ann@corp.example> -> <e@army.ml> discarded no id="5@corp.example" failed at 2026-11-20T11:32:45Z line=5`,
			`<ann@corp.example> -> <f@army.ml> delivered yes id="6@corp.example" at 2026-11-20T11:32:46Z line=6`,
			`<ann@corp.example> -> <g@army.ml> delivered yes id="7@corp.example" at 2026-11-20T11:32:47Z line=7`,
			`<ann@corp.example> -> <h@army.ml> unknown unknown id="8@corp.example" at 2026-11-20T11:32:48Z line=8`,
		}},
		{Name: "several recipients, the newer layout, no sender, and the null sender", Log: `
			{"gmail":{"event_info":{"timestamp_usec":"1795174361000000","success":true},"message_info":{"action_type":10,"rfc2822_message_id":"<1@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"jane@army.ml"},{"address":"kim@army.ml"}]}}}
			{"gmail":{"event_info":{"timestamp_usec":"1795174362000000","success":true},"message_info":{"action_type":10,"rfc2822_message_id":"<2@corp.example>","destination":[{"address":"lee@army.ml"}]}}}
			{"gmail":{"event_info":{"timestamp_usec":"1795174363000000","success":true},"message_info":{"action_type":10,"rfc2822_message_id":"<3@corp.example>","source":{"address":""},"destination":[{"address":"sam@army.ml"}]}}}
			`, Want: []string{
			`<ann@corp.example> -> <jane@army.ml> delivered yes id="1@corp.example" at 2026-11-20T11:32:41Z line=1`,
			`<ann@corp.example> -> <kim@army.ml> delivered yes id="1@corp.example" at 2026-11-20T11:32:41Z line=1`,
			`? -> <lee@army.ml> delivered yes id="2@corp.example" incomplete at 2026-11-20T11:32:42Z line=2`,
			`<> -> <sam@army.ml> delivered yes id="3@corp.example" at 2026-11-20T11:32:43Z line=3`,
		}},
		{Name: "damaged rows are counted", Log: `
			{"event_info":{"timestamp_usec":"soon","success":true},"message_info":{"action_type":10,"rfc2822_message_id":"<1@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"a@army.ml"}]}}
			{"event_info":{"timestamp_usec":"1795174362000000"],"message_info":{"action_type":10
			{"event_info":{"timestamp_usec":"1795174362000000","success":true},"message_info":{"action_type":10,"rfc2822_message_id":"<2@corp.example>","source":{"address":"ann@corp.example"},"destination":[{"address":"b@army.ml"}]}}
			`, Want: []string{
			`<ann@corp.example> -> <a@army.ml> delivered yes id="1@corp.example" line=1`,
			`<ann@corp.example> -> <b@army.ml> delivered yes id="2@corp.example" at 2026-11-20T11:32:42Z line=3`,
		}, Malformed: []string{"1: time that cannot be read", "2: not a JSON object"}},
	})
}
