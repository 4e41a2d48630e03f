package main

import (
	"context"
	"io"
	"os"
	"testing"
	"time"
)

// BenchmarkScan audits the log named by TYPOAUDIT_BENCH_LOG, else the example.
func BenchmarkScan(b *testing.B) {
	path := os.Getenv("TYPOAUDIT_BENCH_LOG")
	if path == "" {
		path = "../../examples/logs/maillog"
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(info.Size())
	for b.Loop() {
		e := &env{stdout: io.Discard, stderr: io.Discard, getenv: func(string) string { return "" }, now: time.Now, location: time.UTC}
		if status := run(context.Background(), []string{"scan", "-f", "json", path}, e); status != exitOK {
			b.Fatalf("exit %d", status)
		}
	}
}
