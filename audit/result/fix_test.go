package result

import "testing"

func TestListOf(t *testing.T) {
	t.Parallel()
	for sender, want := range map[string]string{
		"Lab-Bounces+kato=gmail.com@corp.example":   "lab@corp.example",
		"owner-lab@corp.example":                    "lab@corp.example",
		"lab-return-12-kato=gmail.com@corp.example": "lab@corp.example",
		"lab@lists.corp.example":                    "lab@lists.corp.example",
		"it-admin@corp.example":                     "it@corp.example",
		"kim@corp.example":                          "",
		"kim+lab@corp.example":                      "",
		"-owner@corp.example":                       "",
		"nobody":                                    "",
	} {
		list, ok := ListOf(sender)
		if ok != (want != "") || ok && list != want {
			t.Errorf("%s: got %q %v, want %q", sender, list, ok, want)
		}
	}
}
