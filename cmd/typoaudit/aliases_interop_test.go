package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// plantedSlips are written into the maps, each for what was meant.
var plantedSlips = map[string]string{
	"kato@gmial.com": "kato@gmail.com", "lee@gmail.con": "lee@gmail.com", "ann@hotmial.com": "ann@hotmail.com", "tim@outlok.com": "tim@outlook.com",
	"zoe@protonmial.com": "zoe@protonmail.com", "ivo@gmx.ed": "ivo@gmx.de", "jane@army.ml": "jane@army.mil", "orders@harborsteell.com": "orders@harborsteel.com",
	"m.rossi@northlogisitcs.de": "m.rossi@northlogistics.de", "eva@gmaill.com": "eva@gmail.com",
}

// TestAliasesPrograms: of the maps that Debian's Postfix prints, with more than 10,000 lines
// to mailboxes of all providers and to organisations, the planted slips are found, and
// nothing else.
func TestAliasesPrograms(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	printed := func(program, name string, lines []string) string {
		servers.Need(t, "/usr/sbin/"+program)
		source := filepath.Join(dir, name)
		if err := os.WriteFile(source, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		conf := filepath.Join(dir, "main.cf")
		if err := os.WriteFile(conf, []byte("compatibility_level = 3.6\nmyhostname = mail.corp.example\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		var out []byte
		for _, args := range [][]string{{"-c", dir, "hash:" + source}, {"-c", dir, "-s", "hash:" + source}} {
			var err error
			if out, err = exec.Command("/usr/sbin/"+program, args...).Output(); err != nil {
				t.Fatalf("%s %q: %v", program, args, err)
			}
		}
		path := source + ".printed"
		if err := os.WriteFile(path, out, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	aliases, virtual := aliasLines(t)
	if len(aliases)+len(virtual) < 10000 {
		t.Fatalf("%d lines", len(aliases)+len(virtual))
	}
	report := filepath.Join(dir, "report.json")
	r := call(t.Context(), nil, "scan", "--internal", "corp.example", "--protect", "army.mil", "-o", report,
		"--aliases", printed("postalias", "aliases", aliases), "--aliases", printed("postmap", "virtual", virtual))
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("exit status %d: %s", r.status, r.stderr)
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	var found struct{ Listed []result.Listed }
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range found.Listed {
		got[l.Address] = l.Meant
	}
	if diff := cmp.Diff(plantedSlips, got); diff != "" {
		t.Error(diff)
	}
}

// aliasLines makes an alias map and a virtual map.
func aliasLines(t *testing.T) (aliases, virtual []string) {
	set, err := reference.Providers()
	if err != nil {
		t.Fatal(err)
	}
	providers := set.All()
	random := rand.New(rand.NewPCG(1, 2))
	pick := func(all ...string) string { return all[random.IntN(len(all))] }
	domain := func() string {
		if random.IntN(3) == 0 {
			return providers[random.IntN(len(providers))].Name.String()
		}
		first := pick("harbor", "north", "silver", "green", "alpine", "delta", "union", "castle", "river", "maple", "summit", "atlas", "coral", "prairie", "falcon", "monarch")
		second := pick("steel", "logistics", "foods", "energy", "textiles", "medical", "insurance", "printing", "software", "transport", "chemicals", "furniture", "gardens", "pharma")
		return first + second + pick(".com", ".com", ".de", ".co.uk", ".fr", ".org")
	}
	person := func(i int) string {
		return fmt.Sprintf("%s%d", pick("kim", "sato.t", "m_rossi", "jürgen", "o'neil", "a-novak"), i)
	}
	for i := range 5000 {
		line := person(i) + ": " + person(i) + "@" + domain()
		switch random.IntN(10) {
		case 0:
			line += ", " + person(i) + "@" + domain()
		case 1:
			line = person(i) + ": root"
		case 2:
			line = person(i) + ": \"|/usr/bin/procmail -t\""
		}
		aliases = append(aliases, line)
		virtual = append(virtual, person(i)+"@corp.example "+person(i)+"@"+domain())
	}
	for address := range plantedSlips {
		at := random.IntN(len(aliases))
		aliases = append(aliases[:at:at], append([]string{"p" + strings.ReplaceAll(address, "@", ".") + ": " + address}, aliases[at:]...)...)
		virtual = append(virtual, "p-"+address[:3]+address[len(address)-3:]+fmt.Sprint(at)+"@corp.example "+address)
	}
	return aliases, virtual
}
