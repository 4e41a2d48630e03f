//go:build linux

package report

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

// browser is where Debian has Chromium.
const browser = "/usr/bin/chromium"

// opened opens a page in a real browser without a display and returns what
// became of it, and what the browser's console and network log say.
func opened(t *testing.T, page string, more ...string) (dom, console, network string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "net.json")
	dom, errs := browse(t, page, append(more, "--enable-logging=stderr", "--log-net-log="+log, "--virtual-time-budget=2000", "--dump-dom")...)
	for line := range strings.Lines(errs) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return dom, console, string(text)
}

// browse starts the browser with a page, and returns what it writes.
func browse(t *testing.T, page string, flags ...string) (out, errs string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	needs(t, browser)
	dir := t.TempDir()
	path := filepath.Join(dir, "report.html")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, browser, append([]string{"--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--user-data-dir=" + filepath.Join(dir, "profile")}, append(flags, "file://"+path)...)...)
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, stderr.String())
	}
	return stdout.String(), stderr.String()
}

// needs skips a test where a program is not installed.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := os.Stat(program); err != nil {
		if os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") == "1" {
			t.Fatalf("%s is not installed: %v", program, err)
		}
		t.Skipf("%s is not installed: %v", program, err)
	}
}

// printed returns the number of pages that a page takes on paper.
func printed(t *testing.T, page string) int {
	t.Helper()
	const pdfinfo = "/usr/bin/pdfinfo"
	needs(t, pdfinfo)
	path := filepath.Join(t.TempDir(), "report.pdf")
	browse(t, page, "--no-pdf-header-footer", "--print-to-pdf="+path)
	out, err := exec.Command(pdfinfo, path).Output()
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`(?m)^Page size:.*A4`).Match(out) {
		t.Errorf("want pages of A4, got %s", out)
	}
	pages, err := strconv.Atoi(regexp.MustCompile(`(?m)^Pages:\s*(\d+)`).FindStringSubmatch(string(out))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestPrinted: a firm's week is a few pages.
func TestPrinted(t *testing.T) {
	t.Parallel()
	firm := reporttest.Firm(57, 293)
	if len(firm.Senders) != 57 || firm.Totals.Messages != 293 {
		t.Fatalf("%d senders, %d mails", len(firm.Senders), firm.Totals.Messages)
	}
	for name, x := range map[string]struct {
		r    *result.Result
		most int
	}{"a firm": {firm, 4}, "a thousand senders": {reporttest.Firm(1000, 3000), 4}, "a clean week": {reporttest.Empty(), 1}} {
		if n := printed(t, write(t, HTML{}, x.r, Options{})); n > x.most {
			t.Errorf("%s: got %d pages, want at most %d", name, n, x.most)
		}
	}
}

// TestAccessible runs axe-core, whose file TYPOAUDIT_AXE names (npm install axe-core), on
// pages in light and dark, narrow and wide, with all of them open.
func TestAccessible(t *testing.T) {
	t.Parallel()
	path := os.Getenv("TYPOAUDIT_AXE")
	if path == "" {
		t.Skip("TYPOAUDIT_AXE names no axe.min.js of axe-core")
	}
	axe, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	run := "<script>" + string(axe) + `</script><script>
for (const d of document.querySelectorAll("details")) d.open = true;
axe.run({resultTypes: ["violations"]}).then(r => { document.title = "axe: " + r.violations.map(v => v.id + " " + v.nodes.length + " " + v.nodes[0].html).join("; ") + "."; });
</script>`
	first := reporttest.Firm(20, 46)
	first.Trend.FirstReport = true
	for name, r := range map[string]*result.Result{"weekly": reporttest.Weekly(), "empty": reporttest.Empty(), "firm": reporttest.Firm(57, 293), "first": first} {
		for _, flags := range [][]string{{"--window-size=1280,900"}, {"--window-size=500,900"}, {"--window-size=1280,900", "--blink-settings=preferredColorScheme=0"}} {
			page := withoutPolicy(t, write(t, HTML{}, r, Options{}), run)
			dom, _, _ := opened(t, page, append(flags, "--virtual-time-budget=20000")...)
			if got := regexp.MustCompile(`(?s)<title>.*?</title>`).FindString(dom); got != "<title>axe: .</title>" {
				t.Errorf("%s %v: %s", name, flags, got)
			}
		}
	}
}

// TestBrowser opens reports in Chromium: the script of the page runs, nothing
// else does, and no request leaves the file.
func TestBrowser(t *testing.T) {
	t.Parallel()
	hostilePage := reporttest.Hostile()
	for i := range hostilePage.Senders {
		hostilePage.Senders[i].Sender = `"><script>document.title="owned"</script><img src=http://evil.example/x onerror=document.title="owned">`
	}
	for name, page := range map[string]string{
		"weekly": write(t, HTML{}, reporttest.Weekly(), Options{}), "empty": write(t, HTML{}, reporttest.Empty(), Options{}), "hostile": write(t, HTML{}, hostilePage, Options{}),
	} {
		dom, console, network := opened(t, page)
		if console != "" {
			t.Errorf("%s: got on the console %s, want nothing", name, console)
		}
		if !strings.Contains(dom, "<title>typoaudit: mail to lookalike domains</title>") {
			t.Errorf("%s: want the title of the page, got\n%s", name, dom)
		}
		if sorts := strings.Contains(dom, `<button type="button">`); sorts != (name != "empty") {
			t.Errorf("%s: got heads that sort %v, want %v", name, sorts, name != "empty")
		}
		for _, url := range []string{"evil.example", "army.ml"} {
			if strings.Contains(network, url) {
				t.Errorf("%s: got a request for %s, want none", name, url)
			}
		}
	}
}

// withoutPolicy is a page that may do anything, with more in it.
func withoutPolicy(t *testing.T, page, more string) string {
	t.Helper()
	policy := regexp.MustCompile(`<meta http-equiv="Content-Security-Policy"[^>]*>`)
	if !policy.MatchString(page) {
		t.Fatal("the page has no policy")
	}
	return strings.Replace(policy.ReplaceAllString(page, ""), "</body>", more+"</body>", 1)
}

// TestBrowserStops: the browser does hold to the policy. A script that got into
// the page does not run, and what it would fetch is not fetched.
func TestBrowserStops(t *testing.T) {
	t.Parallel()
	const foreign = `<script>document.title="owned"</script><img src="http://127.0.0.1:9/picture">`
	page := write(t, HTML{}, reporttest.Weekly(), Options{})
	dom, console, network := opened(t, strings.Replace(page, "</body>", foreign+"</body>", 1))
	if strings.Contains(dom, "<title>owned") || !strings.Contains(console, "Content Security Policy") || strings.Contains(network, "127.0.0.1:9/picture") {
		t.Errorf("the policy does not hold: %s", console)
	}
	dom, _, network = opened(t, withoutPolicy(t, page, foreign))
	if !strings.Contains(dom, "<title>owned") || !strings.Contains(network, "127.0.0.1:9/picture") {
		t.Error("without the policy nothing was run or fetched: the test shows nothing")
	}
}

// TestBrowserSorts clicks and types as a reader would.
func TestBrowserSorts(t *testing.T) {
	t.Parallel()
	const reader = `<script>
const table = [...document.querySelectorAll("table")].find(t => t.tHead.textContent.includes("Exposure"));
const first = () => table.tBodies[0].rows[0].cells[1].textContent;
const click = name => [...table.tHead.querySelectorAll("button")].find(b => b.textContent === name).click();
const seen = [];
click("Sender"); seen.push(first());
click("Mails"); seen.push(first());
click("Mails"); seen.push(first());
const filter = document.querySelector("input[type=search]");
filter.value = "OKAFOR"; filter.dispatchEvent(new Event("input"));
seen.push(document.querySelector("output").textContent);
document.title = seen.join("|");
</script>`
	dom, console, _ := opened(t, withoutPolicy(t, write(t, HTML{}, reporttest.Weekly(), Options{}), reader))
	want := "<title>j.okafor@corp.example|jürgen@eu.corp.example|kim.larsen@corp.example|1 of 4 shown</title>"
	if console != "" || !strings.Contains(dom, want) {
		t.Errorf("want %s, got %s%s", want, console, regexp.MustCompile(`<title>.*</title>`).FindString(dom))
	}
}
