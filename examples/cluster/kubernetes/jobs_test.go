// Package kubernetes holds the Jobs of this folder against the types of Kubernetes, in a
// module of its own, so that typoaudit does not depend on them.
package kubernetes

import (
	"bytes"
	"os"
	"testing"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// TestJobs decodes the Jobs strictly, and holds what a cluster would refuse or not do.
func TestJobs(t *testing.T) {
	text, err := os.ReadFile("jobs.yaml")
	if err != nil {
		t.Fatal(err)
	}
	documents := bytes.Split(text, []byte("\n---\n"))
	if len(documents) != 2 {
		t.Fatalf("%d documents, want 2", len(documents))
	}
	var jobs [2]batch.Job
	for i, d := range documents {
		if err := yaml.UnmarshalStrict(d, &jobs[i]); err != nil {
			t.Fatal(err)
		}
		check(t, &jobs[i])
	}
	scan, merge := &jobs[0].Spec, &jobs[1].Spec
	switch {
	case scan.CompletionMode == nil || *scan.CompletionMode != batch.IndexedCompletion:
		t.Error("the tasks have no index")
	case scan.Completions == nil || scan.Parallelism == nil || *scan.Parallelism > *scan.Completions:
		t.Error("completions and parallelism")
	case scan.BackoffLimitPerIndex == nil || scan.MaxFailedIndexes == nil || *scan.MaxFailedIndexes != 0:
		t.Error("a task that fails for good must fail the Job")
	case merge.Suspend == nil || !*merge.Suspend:
		t.Error("the merge must wait for the tasks")
	}
}

// check holds what is the same for both: each volume is there, nothing runs as root or may
// write but where a volume is, and memory is bounded.
func check(t *testing.T, job *batch.Job) {
	t.Helper()
	if job.APIVersion != "batch/v1" || job.Kind != "Job" || job.Name == "" {
		t.Errorf("%s %s %q", job.APIVersion, job.Kind, job.Name)
	}
	pod := &job.Spec.Template.Spec
	if pod.RestartPolicy != core.RestartPolicyNever || pod.SecurityContext.RunAsNonRoot == nil || len(pod.Containers) != 1 {
		t.Errorf("%s: restartPolicy %s, %d containers", job.Name, pod.RestartPolicy, len(pod.Containers))
	}
	volumes := map[string]bool{}
	for _, v := range pod.Volumes {
		volumes[v.Name] = true
	}
	c := &pod.Containers[0]
	for _, m := range c.VolumeMounts {
		if !volumes[m.Name] {
			t.Errorf("%s: no volume %s", job.Name, m.Name)
		}
	}
	if s := c.SecurityContext; s.ReadOnlyRootFilesystem == nil || !*s.ReadOnlyRootFilesystem || s.AllowPrivilegeEscalation == nil || *s.AllowPrivilegeEscalation {
		t.Errorf("%s: may change its image, or become more", job.Name)
	}
	if c.Resources.Limits.Memory().IsZero() || c.Resources.Requests.Cpu().IsZero() {
		t.Errorf("%s: no bounds", job.Name)
	}
}
