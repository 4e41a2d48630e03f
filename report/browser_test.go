//go:build linux

package report

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

// browser is where Debian has Chromium.
const browser = "/usr/bin/chromium"

// opened opens a page in a real browser without a display and returns what
// became of it, and what the browser's console and network log say.
func opened(t *testing.T, page string) (dom, console, network string) {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes seconds to start")
	}
	if _, err := os.Stat(browser); err != nil {
		if os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") == "1" {
			t.Fatalf("the browser is not installed: %v", err)
		}
		t.Skipf("the browser is not installed: %v", err)
	}
	dir := t.TempDir()
	path, log := filepath.Join(dir, "report.html"), filepath.Join(dir, "net.json")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	defer stop()
	cmd := exec.CommandContext(ctx, browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
		"--disable-component-update", "--user-data-dir="+filepath.Join(dir, "profile"), "--enable-logging=stderr", "--log-net-log="+log,
		"--virtual-time-budget=2000", "--dump-dom", "file://"+path)
	var out, errs strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	for line := range strings.Lines(errs.String()) {
		if strings.Contains(line, "CONSOLE") {
			console += line
		}
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), console, string(text)
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
