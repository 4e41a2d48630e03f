package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// shells complete a command line, each in the way of its own. The script gets the folder of
// the completion as $1 and the words after the program as the others, of which the last
// is completed; it prints a candidate a line.
var shells = map[string]struct{ program, script string }{
	"bash": {"/usr/bin/bash", `
		source /usr/share/bash-completion/bash_completion
		source <(typoaudit completion bash)
		shift
		COMP_WORDS=(typoaudit "$@") COMP_CWORD=$# COMP_LINE="typoaudit $*" COMP_TYPE=9
		COMP_POINT=${#COMP_LINE}
		compopt() { :; }  # asks for a completion in progress
		__start_typoaudit
		printf '%s\n' "${COMPREPLY[@]%% *}"`},
	// In place of the line editor: _describe gets the name of a list, of which the editor
	// shows what begins as the word does.
	"zsh": {"/usr/bin/zsh", `
		compdef() { :; }
		_describe() { for c in ${(P)argv[${argv[(I)completions]}]}; do [[ $c == $words[-1]* ]] && print -r -- ${c%%:*}; done }
		source <(typoaudit completion zsh)
		shift
		words=(typoaudit "$@") CURRENT=$(($# + 1)) LASTCHAR=x
		_typoaudit
		true`},
	"fish": {"/usr/bin/fish", `
		typoaudit completion fish | source
		complete -C "typoaudit $(string join ' ' -- $argv[2..])" | string replace -r '\t.*' ''
		true  # replace says that there was no description`},
}

// TestCompletion has the shells of Debian complete arguments and values of flags.
func TestCompletion(t *testing.T) {
	t.Parallel()
	c := newClone(t)
	for _, name := range []string{"report.json", "other.txt"} {
		if err := os.WriteFile(filepath.Join(c.folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for name, shell := range shells {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			servers.Need(t, shell.program)
			for _, test := range []struct {
				line string // the last word is completed
				want []string
			}{
				{"sca", []string{"scan"}},
				{"scan --by ", []string{"delivery", "lookalike", "sender"}},
				{"scan --input-format postf", []string{"postfix"}},
				{"scan --fail-on h", []string{"high"}},
				{"run --window l", []string{"last-week"}},
				{"imap --tls ", []string{"implicit", "none", "starttls"}},
				{"block report.json --for exc", []string{"exchange-online", "exchange-online-tip"}},
				{"check --format ", []string{"json", "text"}},
				{"help priv", []string{"privacy"}},
			} {
				words := strings.Split(test.line, " ")
				cmd := exec.Command(shell.program, slices.Concat([]string{"-c", shell.script, shell.program, c.folder}, words)...)
				if name == "fish" { // -c has no $0 there
					cmd.Args = slices.Delete(cmd.Args, 3, 4)
				}
				cmd.Dir = c.folder
				cmd.Env = []string{"HOME=" + c.home, "LANG=C.UTF-8", "TERM=dumb", "PATH=" + c.path + ":/usr/bin:/bin", raceVariable + "=" + os.Getenv(raceVariable)}
				out, err := cmd.CombinedOutput()
				got := strings.Fields(string(out))
				slices.Sort(got)
				if diff := cmp.Diff(test.want, got); diff != "" || err != nil {
					t.Errorf("%q: %v; -want +got:\n%s", test.line, err, diff)
				}
			}
		})
	}
}
