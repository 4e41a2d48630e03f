package lookalike

import (
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Whatever sentence has a local part in it says so, and has it as a word: a pseudonym can
// take its place.
func TestSentencesSayWhomTheyName(t *testing.T) {
	t.Parallel()
	locals := []string{"canary.typed", "canary.meant", "canary.twin"}
	named := map[string]bool{}
	for _, twins := range []int64{1, 2} {
		s := Subject{Name: domain.Must("acme.co"), Traffic: Traffic{Sent: 2, Recipients: 2}}
		dp, ep := cut(s.Name), cut(domain.Must("acme.com"))
		w := writer{s: &s, dp: &dp, ep: &ep, e: &Target{Name: domain.Must("acme.com")}, typed: "acme.co", meant: "acme.com"}
		w.c.slip, _ = compare(&dp, &ep, maxEdits)
		w.c.pair = Pair{Twins: twins, FormTyped: locals[0], FormMeant: locals[1], TwinLocal: locals[2]}
		for at := range terms {
			for _, sentence := range []func(term) (string, string){w.sentence, w.quiet} {
				code, text := sentence(at)
				names := w.named(code)
				words := strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' })
				for _, local := range locals {
					isNamed := strings.Contains(text, local)
					if isNamed != slices.Contains(names, local) {
						t.Errorf("%q names %s, and says that it names %q", text, local, names)
					}
					if isNamed && !slices.Contains(words, local) && !slices.Contains(words, local+".") {
						t.Errorf("%s is no word of %q", local, text)
					}
					named[local] = named[local] || isNamed
				}
			}
		}
	}
	if len(named) != len(locals) || !named[locals[0]] || !named[locals[1]] || !named[locals[2]] {
		t.Errorf("named are %v", named)
	}
}

// TestSentencesOfWhatIsKnown: no sentence says more of the mail than what is known of it.
func TestSentencesOfWhatIsKnown(t *testing.T) {
	t.Parallel()
	const unsure = ", and none is known to have arrived."
	for _, test := range []struct {
		at      term
		traffic Traffic
		pair    Pair
		want    string
	}{
		{termVolume, Traffic{Sent: 6}, Pair{}, "acme.co had 6 mails."},
		{termNoDomain, Traffic{Sent: 2, NoDomain: 2}, Pair{}, "acme.co takes no mail: nothing arrived."},
		{termNoDomain, Traffic{Sent: 3, NoDomain: 2}, Pair{}, "acme.co took no mail at least once" + unsure},
		{termNoUser, Traffic{Sent: 2, NoUser: 2}, Pair{}, "acme.co has none of the recipients: nothing arrived."},
		{termNoUser, Traffic{Sent: 3, NoUser: 1}, Pair{}, "acme.co lacks a recipient or more" + unsure},
		{termFailed, Traffic{Sent: 1, Failed: 1}, Pair{}, "All mail to acme.co came back."},
		{termFailed, Traffic{Sent: 3, Failed: 1}, Pair{}, "Mail to acme.co came back" + unsure},
		{termNoTLD, Traffic{Sent: 1}, Pair{}, "No top-level domain .co exists: nothing can arrive there."},
		{termNoTLD, Traffic{Sent: 1, Arrived: 1}, Pair{}, "No top-level domain .co exists."},
		{termTwin, Traffic{Sent: 1}, Pair{Twins: 1, TwinLocal: "jane", TwinMessages: 1}, "The same person, jane, is written to at acme.com (1 mail)."},
		{termTwin, Traffic{Sent: 1}, Pair{Twins: 1, TwinLocal: "jane"}, "The same person, jane, has an address at acme.com."},
	} {
		w := writer{s: &Subject{Traffic: test.traffic}, e: &Target{Own: true}, typed: "acme.co", meant: "acme.com"}
		w.c.pair = test.pair
		if _, text := w.sentence(test.at); text != test.want {
			t.Errorf("%+v %+v: %q, want %q", test.traffic, test.pair, text, test.want)
		}
	}
}

// TestSentencesOfAll: where everybody's mail is audited, nobody in it is the reader's.
func TestSentencesOfAll(t *testing.T) {
	t.Parallel()
	addressed := 0
	for _, ofAll := range []bool{false, true} {
		for _, traffic := range []Traffic{{Sent: 2, Received: 1}, {Sent: 2, Received: 1, Answers: 1}, {Sent: 2, Received: 1, Exchanges: 2}} {
			s := Subject{Name: domain.Must("acme.co"), OfAll: ofAll, Traffic: traffic, background: Background{Parent: Traffic{Received: 3}}}
			dp, ep := cut(s.Name), cut(domain.Must("acme.com"))
			w := writer{s: &s, dp: &dp, ep: &ep, e: &Target{Name: domain.Must("acme.com"), Traffic: traffic}, typed: "acme.co", meant: "acme.com"}
			w.c.slip, _ = compare(&dp, &ep, maxEdits)
			for at := range terms {
				code, text := w.sentence(at)
				if code == "chosen" { // with an option, which is the reader's
					continue
				}
				if isAddressed := strings.Contains(text, " you") || strings.Contains(text, "You"); isAddressed && ofAll {
					t.Errorf("%q of everybody's mail", text)
				} else if isAddressed {
					addressed++
				}
			}
		}
	}
	if addressed == 0 {
		t.Error("no sentence names the reader where the mail is theirs")
	}
}
