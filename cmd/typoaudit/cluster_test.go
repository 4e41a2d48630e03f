package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

const clusterVerdict = "--internal corp.example"

// A recipes is a folder with the logs of two hosts that are cut into shards, and the program
// in a folder of commands.
type recipes struct {
	folder, commands, from string
	shards                 []string // relative to folder
	list                   string   // the file that names the shards, a line each
	want                   string   // the report of scan
}

// newRecipes cuts a log at lines, amid its sessions.
func newRecipes(t *testing.T) *recipes {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("the recipes are of a Unix shell")
	}
	self, err := os.Executable() // TestMain is the program under the name of it
	if err != nil {
		t.Fatal(err)
	}
	from := t.TempDir() // make(1) takes no blank in the name of a file, as the folder of a clone may have
	if err := os.CopyFS(from, os.DirFS(filepath.Join(examples, "cluster"))); err != nil {
		t.Fatal(err)
	}
	c := &recipes{folder: t.TempDir(), commands: t.TempDir(), from: from, list: "logs.txt"}
	if err := os.Symlink(self, filepath.Join(c.commands, "typoaudit")); err != nil {
		t.Fatal(err)
	}
	lines := strings.SplitAfter(strings.TrimSuffix(example(t, "logs/maillog"), "\n"), "\n")
	const parts = 4
	for i := range parts {
		name := fmt.Sprintf("mx%d/mail.log.%d", 1+i%2, i)
		c.write(t, name, strings.Join(lines[i*len(lines)/parts:(i+1)*len(lines)/parts], ""))
		c.shards = append(c.shards, name)
	}
	c.write(t, c.list, strings.Join(c.shards, "\n")+"\n")
	c.run(t, "typoaudit scan "+clusterVerdict+" -o scan.json "+strings.Join(c.shards, " "))
	c.want = c.report(t, "scan.json")
	return c
}

// write writes a file that is of the time of the log, whose lines have no year.
func (c *recipes) write(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(c.folder, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}

// run runs a command of the shell in the folder, with variables.
func (c *recipes) run(t *testing.T, command string, variables ...string) {
	t.Helper()
	if out, err := c.try(command, variables...); err != nil {
		t.Fatalf("%s: %v\n%s", command, err, out)
	}
}

func (c *recipes) try(command string, variables ...string) (string, error) {
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = c.folder
	cmd.Env = append(os.Environ(), "PATH="+c.commands+":"+os.Getenv("PATH"), "VERDICT="+clusterVerdict, "TZ=UTC", "HOME="+c.folder)
	cmd.Env = append(cmd.Env, variables...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// report reads a report, but for when it was made.
func (c *recipes) report(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(c.folder, name))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"lookalike": "army.ml"`) {
		t.Fatalf("%s: nothing was found", name)
	}
	return regexp.MustCompile(`"generated_at": "[^"]*"`).ReplaceAllString(string(text), "")
}

func (c *recipes) check(t *testing.T, name string) {
	t.Helper()
	if got := c.report(t, name); got != c.want {
		t.Errorf("%s is not the report of scan:\n%s", name, got)
	}
}

// disturb puts a program into the place of typoaudit that is killed, or does what is given,
// in the first try of each task.
func (c *recipes) disturb(t *testing.T, first string) {
	t.Helper()
	program := filepath.Join(c.commands, "typoaudit")
	if err := os.Rename(program, filepath.Join(c.commands, "undisturbed")); err != nil {
		t.Fatal(err)
	}
	self, err := os.Readlink(filepath.Join(c.commands, "undisturbed"))
	if err != nil {
		t.Fatal(err)
	}
	inner := t.TempDir()
	if err := os.Symlink(self, filepath.Join(inner, "typoaudit")); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = scan ] && mkdir \"%s/tried-$(echo \"$*\" | cksum | cut -d' ' -f1)\" 2>/dev/null; then\n%s\nfi\nexec %s \"$@\"\n",
		c.folder, first, filepath.Join(inner, "typoaudit"))
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
}

func TestClusterMake(t *testing.T) {
	slow(t) // TestClusterTask has the task that each recipe starts
	t.Parallel()
	wanted(t, "make")
	c := newRecipes(t)
	command := "make -s -j4 -f " + filepath.Join(c.from, "Makefile")
	c.run(t, command)
	c.check(t, "report.json")
	if out, err := c.try(command + " -q"); err != nil {
		t.Errorf("it is made again: %v\n%s", err, out)
	}
	// A log that is missing ends it, without a report.
	c.write(t, "missing.txt", "mx1/mail.log.0\nnothing.log\n")
	if out, err := c.try(command + " LOGS=missing.txt -B"); err == nil || !strings.Contains(out, "nothing.log") {
		t.Errorf("%v: %s", err, out)
	}
}

// TestPartialToStdout: for ssh a partial goes to standard output, and no file is made.
func TestPartialToStdout(t *testing.T) {
	slow(t) // the script of merge has one
	t.Parallel()
	c := newRecipes(t)
	c.run(t, "for f in mx?/*; do typoaudit scan --partial - $f > $f.part || exit 1; done; typoaudit merge $VERDICT -o report.json mx?/*.part")
	c.check(t, "report.json")
	c.run(t, "! test -e ./-")
}

// TestClusterTask: a task that is killed is tried again; twice is once.
func TestClusterTask(t *testing.T) {
	t.Parallel()
	c := newRecipes(t)
	c.disturb(t, "kill -9 $$")
	task := "sh " + filepath.Join(c.from, "task.sh") + " logs.txt "
	c.run(t, "mkdir parts copy && for i in 1 2 3 4; do "+task+"$i parts; done && cp parts/* copy && "+task+"3 parts && cmp parts/3.part copy/3.part")
	c.run(t, "typoaudit merge "+clusterVerdict+" --expect logs.txt -o report.json parts/*.part copy/*.part")
	c.check(t, "report.json")
	c.write(t, "missing.txt", "nothing.log\n")
	for _, bad := range []string{"missing.txt 1", "missing.txt 2"} {
		if out, err := c.try("sh " + filepath.Join(c.from, "task.sh") + " " + bad + " parts"); err == nil {
			t.Errorf("%s: no error: %s", bad, out)
		}
	}
}

// TestClusterKubernetes runs the commands of the containers, with a folder for the store.
func TestClusterKubernetes(t *testing.T) {
	slow(t) // TestClusterTask has the task that each recipe starts
	t.Parallel()
	c := newRecipes(t)
	c.write(t, "aws", `#!/bin/sh
# aws s3 cp --only-show-errors [--recursive] FROM TO
shift 3
[ "$1" = --recursive ] && { shift; exec cp -pR "$1" "$2"; }
mkdir -p "$(dirname "$2")"
exec cp -p "$1" "$2"
`)
	if err := os.Rename(filepath.Join(c.folder, "aws"), filepath.Join(c.commands, "aws")); err != nil {
		t.Fatal(err)
	}
	jobs := clusterJobs(t)
	for _, index := range []string{"3", "0", "2", "1", "0"} { // one of them twice
		c.container(t, jobs["typoaudit-scan"], "JOB_COMPLETION_INDEX="+index)
	}
	c.container(t, jobs["typoaudit-merge"])
	c.check(t, "report.json")
}

// A containerSpec is what a container of a Job runs.
type containerSpec struct {
	Command []string
	Env     []struct{ Name, Value string }
}

// clusterJobs reads the containers of the Jobs.
func clusterJobs(t *testing.T) map[string]containerSpec {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(example(t, "cluster/kubernetes/jobs.yaml")))
	jobs := map[string]containerSpec{}
	for range 2 {
		var job struct {
			Metadata struct{ Name string }
			Spec     struct {
				Template struct {
					Spec struct{ Containers []containerSpec }
				}
			}
		}
		if err := decoder.Decode(&job); err != nil || len(job.Spec.Template.Spec.Containers) != 1 {
			t.Fatalf("%v: %+v", err, job)
		}
		jobs[job.Metadata.Name] = job.Spec.Template.Spec.Containers[0]
	}
	return jobs
}

// container runs the command of a container by itself: /work is a folder of its own, and the
// store that of the cluster.
func (c *recipes) container(t *testing.T, spec containerSpec, variables ...string) {
	t.Helper()
	work := t.TempDir()
	replace := strings.NewReplacer("/work", work, "/etc/typoaudit", c.folder, "s3://mail-logs", c.folder)
	cmd := exec.Command(spec.Command[0], spec.Command[1], replace.Replace(spec.Command[2]))
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "PATH="+c.commands+":"+os.Getenv("PATH"), "TZ=UTC", "HOME="+work)
	for _, v := range spec.Env {
		cmd.Env = append(cmd.Env, v.Name+"="+replace.Replace(v.Value))
	}
	cmd.Env = append(cmd.Env, variables...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// clusterProgram finds a program of an engine, which .ci/cluster installs; elsewhere a test
// without it is skipped.
func clusterProgram(t *testing.T, names ...string) {
	t.Helper()
	slow(t)
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("TYPOAUDIT_REQUIRE_CLUSTER") != "" {
				t.Fatal(err)
			}
			t.Skip(name + " is not installed: .ci/cluster installs it")
		}
	}
	if os.Geteuid() != 0 {
		t.Skip("starts servers that want to be root")
	}
}

// serve starts a server in the foreground, which ends with the test.
func serve(t *testing.T, folder string, command ...string) {
	t.Helper()
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), "SLURM_CONF="+filepath.Join(folder, "slurm.conf"))
	log, err := os.Create(filepath.Join(folder, filepath.Base(command[0])+".out"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		ended := make(chan struct{})
		go func() { _ = cmd.Wait(); close(ended) }()
		select {
		case <-ended:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-ended
		}
		_ = log.Close()
	})
}

// eventually waits until something is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Minute); !so(); time.Sleep(100 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// TestClusterParallel: two hosts, each an sshd on loopback with its own logs.
func TestClusterParallel(t *testing.T) {
	t.Parallel()
	clusterProgram(t, "parallel", "ssh", "ssh-keygen", "sshd")
	c := newRecipes(t)
	c.run(t, "ssh-keygen -q -t ed25519 -N '' -f key && ssh-keygen -q -t ed25519 -N '' -f host && mkdir -p /run/sshd")
	sshd, err := exec.LookPath("sshd")
	if err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf("Host *\nIdentityFile %[1]s/key\nIdentitiesOnly yes\nUserKnownHostsFile /dev/null\nStrictHostKeyChecking no\nLogLevel ERROR\nUser root\nHostName 127.0.0.1\n", c.folder)
	for _, host := range []string{"mx1", "mx2"} {
		port := servers.FreePort(t)
		config += fmt.Sprintf("Host %s\nPort %s\n", host, port)
		c.write(t, host+".conf", fmt.Sprintf("ListenAddress 127.0.0.1\nPort %s\nHostKey %[2]s/host\nAuthorizedKeysFile %[2]s/key.pub\nPidFile none\nStrictModes no\nUsePAM no\nPermitRootLogin yes\nPasswordAuthentication no\nSetEnv MAILLOGS=%[2]s/%[3]s PATH=%[4]s:/usr/bin:/bin TZ=UTC\n",
			port, c.folder, host, c.commands))
		serve(t, t.TempDir(), sshd, "-D", "-e", "-f", filepath.Join(c.folder, host+".conf"))
	}
	c.write(t, "config", config)
	c.write(t, "hosts", "mx1\nmx2\n")
	for _, host := range []string{"mx1", "mx2"} {
		eventually(t, "sshd answers", func() bool { _, err := c.try("ssh -F config " + host + " true"); return err == nil })
	}
	run := "sh " + filepath.Join(c.from, "parallel.sh") + " hosts report.json"
	variables := []string{"SSH=ssh -F config", `LOGS="$MAILLOGS"/mail.log*`}
	c.run(t, run, variables...)
	c.checkHosts(t)
	c.disturb(t, "kill -9 $$")
	c.run(t, run, variables...)
	c.checkHosts(t)
	// A host that is down ends it, without a report.
	c.run(t, "rm report.json; echo nobody.invalid >> hosts")
	if out, err := c.try(run, append(variables, "SSH=ssh -F config -o ConnectTimeout=1 -o HostName=127.0.0.1 -o Port=1")...); err == nil {
		t.Errorf("no error: %s", out)
	}
	if _, err := os.Stat(filepath.Join(c.folder, "report.json")); err == nil {
		t.Error("a report, and a host is missing")
	}
}

// checkHosts holds the report against that of scan, but for the names of the logs, which are
// whole on each host.
func (c *recipes) checkHosts(t *testing.T) {
	t.Helper()
	whole := func(text string) string { return strings.ReplaceAll(text, c.folder+"/", "") }
	if whole(c.report(t, "report.json")) != c.want {
		t.Errorf("not the report of scan:\n%s", whole(c.report(t, "report.json")))
	}
}

// slurm starts a Slurm of one node on loopback, as root and without systemd. Variables of its
// commands are returned.
func slurm(t *testing.T) []string {
	t.Helper()
	dir := t.TempDir()
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	host, _, _ = strings.Cut(host, ".")
	key := make([]byte, 64)
	for i := range key {
		key[i] = byte(i*37 + os.Getpid())
	}
	if err := os.WriteFile(filepath.Join(dir, "munge.key"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	config := fmt.Sprintf(`ClusterName=test
SlurmctldHost=%[1]s(127.0.0.1)
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=%[2]s/munge.sock
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPort=%[3]s
SlurmdPort=%[4]s
SlurmctldPidFile=%[2]s/slurmctld.pid
SlurmdPidFile=%[2]s/slurmd.pid
StateSaveLocation=%[2]s/state
SlurmdSpoolDir=%[2]s/spool
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
SwitchType=switch/none
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
SchedulerParameters=sched_interval=1,batch_sched_delay=0,bf_interval=1
KillWait=1
SlurmdParameters=config_overrides
NodeName=%[1]s NodeAddr=127.0.0.1 CPUs=4 Sockets=1 CoresPerSocket=4 ThreadsPerCore=1 RealMemory=100 State=UNKNOWN
PartitionName=all Nodes=%[1]s Default=YES MaxTime=INFINITE State=UP
`, host, dir, servers.FreePort(t), servers.FreePort(t))
	if err := os.WriteFile(filepath.Join(dir, "slurm.conf"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"state", "spool"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	in := func(name string) string { return filepath.Join(dir, name) }
	serve(t, dir, "munged", "--foreground", "--force", "--key-file="+in("munge.key"), "--socket="+in("munge.sock"), "--pid-file="+in("munged.pid"), "--seed-file="+in("munge.seed"))
	eventually(t, "munged answers", func() bool { _, err := os.Stat(in("munge.sock")); return err == nil })
	serve(t, dir, "slurmctld", "-D")
	serve(t, dir, "slurmd", "-D")
	return []string{"SLURM_CONF=" + in("slurm.conf")}
}

// TestClusterSlurm: an array with a dependent merge; one task is requeued as it runs, and the
// others are killed.
func TestClusterSlurm(t *testing.T) {
	t.Parallel()
	clusterProgram(t, "slurmctld", "slurmd", "munged", "sbatch", "scontrol", "squeue", "sinfo")
	variables := slurm(t)
	c := newRecipes(t)
	say := func(command string) string { out, _ := c.try(command, variables...); return strings.TrimSpace(out) }
	eventually(t, "the node is idle", func() bool { return say("sinfo -h -o %T") == "idle" })
	run := "sh " + filepath.Join(c.from, "slurm.sh") + " logs.txt parts report.json"
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(say("squeue; tail parts/*.log; tail -n 20 $(dirname $SLURM_CONF)/*.out"))
		}
	})
	isThere := func(name string) bool { _, err := os.Stat(filepath.Join(c.folder, name)); return err == nil }

	c.run(t, run, variables...)
	eventually(t, "the report", func() bool { return isThere("report.json") })
	c.checkHosts(t)

	c.run(t, "rm -r parts report.json")
	c.disturb(t, `case "$*" in *mail.log.0) touch started; exec sleep 600;; *) kill -9 $$;; esac`)
	c.run(t, run, variables...)
	eventually(t, "the first task runs", func() bool { return isThere("started") })
	task := ""
	eventually(t, "only the first task is left", func() bool {
		running := strings.Fields(say("squeue -h -r -t RUNNING -o %i"))
		if len(running) == 1 {
			task = running[0]
		}
		return len(running) == 1
	})
	c.run(t, "scontrol requeue "+task, variables...)
	eventually(t, "the report, of a task that was requeued", func() bool {
		// Slurm waits for two minutes before it starts one again, unless it is told not to.
		say("scontrol update jobid=" + task + " StartTime=now")
		return isThere("report.json")
	})
	c.checkHosts(t)
	if tries, _ := filepath.Glob(filepath.Join(c.folder, "tried-*")); len(tries) != len(c.shards) {
		t.Errorf("%d tasks were disturbed, want %d", len(tries), len(c.shards))
	}

	// A task that fails for good: no merge, and no report.
	c.run(t, "rm -r parts report.json && echo nothing.log >> logs.txt")
	c.run(t, run, variables...)
	eventually(t, "the queue is empty", func() bool { return say("squeue -h") == "" })
	if isThere("report.json") {
		t.Error("a report, and a log is missing")
	}
}
