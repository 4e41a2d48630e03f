package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// tenantName is the name of the tenant that a configuration is for, "" for none.
func tenantName(c *config.File) string {
	if c.Tenant == nil {
		return ""
	}
	return c.Tenant.Name
}

// tenantOf returns whose mail alone a command may show, nil for everybody's. Whose it is
// follows from the configuration, whatever --internal says.
func tenantOf(c *config.File) *organisation.Tenant {
	if c.Tenant == nil {
		return nil
	}
	var own []domain.Name
	for _, text := range c.Tenant.Internal {
		if name, err := domain.Parse(text); err == nil {
			own = append(own, name)
		}
	}
	return organisation.NewTenant(own, c.Others())
}

// requireTenant refuses a configuration of several organisations for what is of one: their mail
// is not mixed.
func requireTenant(c *config.Settled, what string) error {
	if len(c.Tenants) == 0 || c.Tenant != nil {
		return nil
	}
	return failure.WithHint(fmt.Errorf("several organisations are configured, and a %s is of one", what), "name it by --tenant")
}

// A tenantError is the error of one tenant of several: each line of it names the tenant.
type tenantError struct {
	error
	tenant string
}

// ofTenant is a line about a tenant.
func ofTenant(name, line string) string { return "tenant " + name + ": " + line }

// Error implements error.
func (e *tenantError) Error() string {
	var lines []string
	for line := range strings.SplitSeq(e.error.Error(), "\n") {
		lines = append(lines, ofTenant(e.tenant, line))
	}
	return strings.Join(lines, "\n")
}

// Unwrap returns the error without the tenant.
func (e *tenantError) Unwrap() error { return e.error }

// runTenants runs for each tenant of a configuration, one after the other. One that fails
// does not stop the others.
func runTenants(ctx context.Context, e *env, o *runOptions, c *config.Settled) error {
	if o.dryRun {
		return errors.New("--dry-run: shows the mail of one tenant: name it by --tenant")
	}
	if o.metrics != "" {
		return errors.New("--metrics: a file has the counts of one tenant: name it by --tenant")
	}
	if err := checkApart(e, c); err != nil {
		return err
	}
	return eachTenant(ctx, e, c, func(o *runOptions, t *config.Settled) error { return runRun(ctx, e, o, t) })
}

// checkTenants looks for faults in the configuration of each tenant.
func checkTenants(e *env, c *config.Settled) error {
	if err := checkApart(e, c); err != nil {
		return err
	}
	var failed []error
	for _, name := range c.TenantNames() {
		err := forTenant(e, c, name, (*runOptions).addSettingFlags, func(o *runOptions, t *config.Settled) error {
			errs := []error{o.check(e, t), checkFiles(e, o, t)}
			if !o.hasInput(t) {
				errs = append(errs, t.At("name", errors.New("run has nothing to read: no [[tenant.source]] and no aliases")))
			}
			return errors.Join(errs...)
		})
		if err != nil {
			failed = append(failed, errors.New(ofTenantAt(name, atPath(c.Path, err))))
		}
	}
	if len(failed) > 0 {
		return errors.Join(failed...)
	}
	_, err := fmt.Fprintf(e.stdout, "%s: no fault found in %d tenants: %s\n", c.Path, len(c.Tenants), strings.Join(c.TenantNames(), ", "))
	return err
}

// ofTenantAt is an error whose lines have a place, with the tenant after it.
func ofTenantAt(name string, err error) string {
	var lines []string
	for line := range strings.SplitSeq(err.Error(), "\n") {
		place, what, _ := strings.Cut(line, ": ")
		lines = append(lines, place+": "+ofTenant(name, what))
	}
	return strings.Join(lines, "\n")
}

// eachTenant runs something for each tenant, with the flags that were given and the settings
// of the tenant. The error is that of all that failed, or errPartial if nothing worse was.
func eachTenant(ctx context.Context, e *env, c *config.Settled, do func(*runOptions, *config.Settled) error) error {
	defer func() { e.tenant = "" }()
	var failed []error
	partial := false
	for _, name := range c.TenantNames() {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		e.tenant = name
		var err error
		crashed := read.Contain("the run", func() { err = forTenant(e, c, name, (*runOptions).addFlags, do) })
		switch err = errors.Join(err, crashed); {
		case err == nil || isReaderGone(err):
		case errors.Is(err, errPartial):
			partial = true
		default:
			failed = append(failed, &tenantError{err, name})
		}
	}
	if len(failed) == 0 && partial {
		return errPartial
	}
	return errors.Join(failed...)
}

// forTenant does something for one tenant.
func forTenant(e *env, c *config.Settled, name string, addFlags func(*runOptions, *pflag.FlagSet), do func(*runOptions, *config.Settled) error) error {
	var o runOptions
	flags := pflag.NewFlagSet("tenant", pflag.ContinueOnError)
	addFlags(&o, flags)
	config.AddFileFlag(flags)
	for _, g := range append(c.Given, config.TenantFlag(name)) {
		for _, v := range g.Values {
			if err := flags.Set(g.Name, v); err != nil {
				return err
			}
		}
	}
	t, err := config.Settle(flags, e.getenv, config.Unattended)
	if err != nil {
		return err
	}
	return t.Reword(do(&o, t))
}

// checkApart refuses what would be of several tenants: a flag or a variable in the place of
// what each has for itself, and one history for two, by whatever name.
func checkApart(e *env, c *config.Settled) error {
	for name, origin := range c.Origins {
		if config.IsOwn(name) && origin.IsGiven() {
			return fmt.Errorf("--%s: with [[tenant]] each has its own: name one by --tenant", name)
		}
	}
	states := map[string]string{}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		folder := t.State
		if folder == "" {
			var err error
			if folder, err = e.defaultState(&config.File{Tenant: t}); err != nil {
				return err
			}
		}
		for other, of := range states {
			if isSameFile(folder, other) {
				return c.AtTenant(t.Name, fmt.Errorf("state: %s is that of tenant %q as well", folder, of))
			}
		}
		states[folder] = t.Name
	}
	return nil
}
