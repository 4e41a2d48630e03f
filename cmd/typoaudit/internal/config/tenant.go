package config

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Tenant is one [[tenant]]: an organisation that is audited by itself. It has settings as
// the configuration has; those that it does not name are those of the configuration, but for
// ownKeys.
type Tenant struct {
	Name string `toml:"name"`
	Settings
	Sources []Source `toml:"source"`
	Mail    *Mail    `toml:"mail"`
	Alerts  []Alert  `toml:"alert"`
}

// tenantTable is the name of the tables of tenants.
const tenantTable = "tenant"

// ownKeys are the settings that no two organisations may share: beside [[tenant]] they,
// [[source]] and [[alert]] do not stand at the top.
var ownKeys = [...]string{"internal", "aliases", "context", "state", "output", "ignore_file"}

// IsOwn reports whether a flag is that of a setting that each tenant has for itself.
func IsOwn(flag string) bool {
	return slices.Contains(ownKeys[:], strings.ReplaceAll(flag, "-", "_"))
}

// TenantNames returns the names of the tenants, in their order.
func (c *File) TenantNames() (names []string) {
	for i := range c.Tenants {
		names = append(names, c.Tenants[i].Name)
	}
	return names
}

// table is the name of the table of a tenant in lines.
func (c *File) table(i int) string { return fmt.Sprintf("%s.%d", tenantTable, i+1) }

// AtTenant returns an error of a tenant with the place of it, as At does.
func (c *File) AtTenant(name string, err error) error {
	i := slices.Index(c.TenantNames(), name)
	return c.At(c.table(i), fmt.Errorf("tenant %q: %w", name, err))
}

// checkTenants says what is wrong with the tenants, and fills in what the top says for all.
func (c *File) checkTenants() error {
	if len(c.Tenants) == 0 {
		return nil
	}
	if err := c.checkTop(); err != nil {
		return err
	}
	for i := range c.Tenants {
		if err := c.checkTenant(i); err != nil {
			return err
		}
	}
	return c.checkApart()
}

// checkTop says what stands at the top and would be of all tenants, or of none.
func (c *File) checkTop() error {
	for _, key := range ownKeys {
		if line, ok := c.lines[key]; ok {
			return fmt.Errorf("%s:%d: %s: with [[tenant]] each has its own", c.Path, line, key)
		}
	}
	if len(c.Sources) > 0 {
		return c.At("source.1", errors.New("source: with [[tenant]] each has its own, [[tenant.source]]"))
	}
	if len(c.Alerts) > 0 {
		return c.At("alert.1", errors.New("alert: with [[tenant]] each has its own, [[tenant.alert]]"))
	}
	if m := c.Mail; m != nil && (len(m.To) > 0 || m.Contact != "") {
		key := "to"
		if len(m.To) == 0 {
			key = "contact"
		}
		return c.At("mail", fmt.Errorf("mail: %s: with [[tenant]] each has its own, in [tenant.mail]", key))
	}
	return nil
}

// tenantName is a name that may be that of a folder and a word of a command.
var tenantName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// checkTenant says what is wrong with one tenant.
func (c *File) checkTenant(i int) error {
	t, table := &c.Tenants[i], c.table(i)
	if !tenantName.MatchString(t.Name) {
		return c.At(table, fmt.Errorf("tenant %d: name %q: letters, digits, and . _ - within, 64 at most", i+1, t.Name))
	}
	for j := range i {
		if o := &c.Tenants[j]; strings.EqualFold(o.Name, t.Name) {
			return c.At(table, fmt.Errorf("tenant %d: name %q: is that of tenant %d as well, line %d", i+1, t.Name, j+1, c.lineOf(c.table(j), "name")))
		}
	}
	fail := func(table string, err error) error { return c.At(table, fmt.Errorf("tenant %q: %w", t.Name, err)) }
	if len(t.Internal) == 0 {
		return fail(table, errors.New("no internal: whose mail it is follows from its domains"))
	}
	for _, name := range t.Internal {
		if _, err := domain.Parse(name); err != nil {
			return fail(table, fmt.Errorf("internal %s: %w", name, err))
		}
	}
	for j := range t.Sources {
		if err := t.Sources[j].check(); err != nil {
			return fail(fmt.Sprintf("%s.source.%d", table, j+1), fmt.Errorf("source %d: %w", j+1, err))
		}
	}
	if t.Window != "" {
		if _, err := ParseWindow(t.Window); err != nil {
			return fail(table, err)
		}
	}
	if t.Mail != nil {
		t.Mail.inherit(c.Mail)
		if err := t.Mail.check(); err != nil {
			return fail(table+".mail", fmt.Errorf("mail: %w", err))
		}
	}
	for j := range t.Alerts {
		if err := t.Alerts[j].check(t.Mail != nil); err != nil {
			return fail(fmt.Sprintf("%s.alert.%d", table, j+1), fmt.Errorf("alert %d: %w", j+1, err))
		}
	}
	return nil
}

// lineOf is the line of a key of a table, else that of the table.
func (c *File) lineOf(table, key string) int {
	return cmp.Or(c.lines[table+"."+key], c.lines[table])
}

// inherit takes what is not given from top, but for whom it is for.
func (m *Mail) inherit(top *Mail) {
	if top == nil {
		return
	}
	m.From, m.When = cmp.Or(m.From, top.From), cmp.Or(m.When, top.When)
	if m.Attach == nil {
		m.Attach = slices.Clone(top.Attach)
	}
	if m.Via == "" { // a password is that of a server
		m.Via, m.TLS = top.Via, cmp.Or(m.TLS, top.TLS)
		if m.Secret == (Secret{}) {
			m.Secret = top.Secret
		}
	}
}

// checkApart says what two tenants have in common that would lead mail, or files, of the one
// to the other.
func (c *File) checkApart() error {
	type place struct {
		tenant int
		line   int
	}
	domains, files := map[domain.Name]place{}, map[string]place{}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		for _, text := range t.Internal {
			name, _ := domain.Parse(text) // it was checked
			for other, at := range domains {
				if at.tenant != i && (name.SubdomainOf(other) || other.SubdomainOf(name)) {
					return c.AtTenant(t.Name, fmt.Errorf("internal: %s is of tenant %q as well, by %s of line %d", name, c.Tenants[at.tenant].Name, other, at.line))
				}
			}
			domains[name] = place{i, c.lineOf(c.table(i), "internal")}
		}
		for _, f := range t.written() {
			path := filepath.Clean(f.path)
			if at, ok := files[path]; ok && at.tenant != i {
				return c.AtTenant(t.Name, fmt.Errorf("%s: %s is of tenant %q as well, line %d", f.key, f.path, c.Tenants[at.tenant].Name, at.line))
			}
			files[path] = place{i, c.lineOf(c.table(i), f.key)}
		}
	}
	return nil
}

// A writtenFile is what a run writes to, with its key.
type writtenFile struct{ key, path string }

// written are the files and the folder that a run for the tenant writes to.
func (t *Tenant) written() (all []writtenFile) {
	if t.State != "" {
		all = append(all, writtenFile{"state", t.State})
	}
	for _, path := range t.Output {
		if path != "-" {
			all = append(all, writtenFile{"output", path})
		}
	}
	return all
}

// forTenant returns the configuration as it is for one tenant: with its settings, tables
// and their lines as if they stood at the top.
func (c *File) forTenant(name string) (*File, error) {
	i := slices.Index(c.TenantNames(), name)
	if i < 0 {
		where := cmp.Or(c.Path, "the configuration")
		if len(c.Tenants) == 0 {
			return nil, fmt.Errorf("--%s %s: %s has no [[tenant]]", tenantTable, name, where)
		}
		return nil, fmt.Errorf("--%s %s: %s has %s", tenantTable, name, where, strings.Join(c.TenantNames(), ", "))
	}
	t := &c.Tenants[i]
	one := &File{Settings: c.Settings, Sources: t.Sources, Mail: t.Mail, Alerts: t.Alerts, Mappings: c.Mappings, Tenants: c.Tenants, Tenant: t, Path: c.Path, Formats: c.Formats, lines: map[string]int{}}
	for key, line := range c.lines {
		if table, _, _ := strings.Cut(key, "."); table != "mail" {
			one.lines[key] = line
		}
	}
	for key, line := range c.lines {
		if key, ok := strings.CutPrefix(key, c.table(i)+"."); ok {
			one.lines[key] = line
		}
	}
	to, from := one.all(), t.all()
	for k := range to {
		if _, given := c.lines[c.table(i)+"."+to[k].key]; given {
			reflect.ValueOf(to[k].value).Elem().Set(reflect.ValueOf(from[k].value).Elem())
		}
	}
	return one, nil
}

// GivenTenants returns the tenants as they are given, to print them; none where the
// configuration is for one of them.
func (c *File) GivenTenants() (all []map[string]any) {
	if c.Tenant != nil {
		return nil
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		given := map[string]any{"name": t.Name}
		for _, s := range t.all() {
			if _, ok := c.lines[c.table(i)+"."+s.key]; ok {
				given[s.key] = reflect.ValueOf(s.value).Elem().Interface()
			}
		}
		if len(t.Sources) > 0 {
			given["source"] = t.Sources
		}
		if t.Mail != nil {
			given["mail"] = t.Mail
		}
		if len(t.Alerts) > 0 {
			given["alert"] = t.Alerts
		}
		all = append(all, given)
	}
	return all
}

// Others returns the domains of the tenants but for the one that the configuration is for.
func (c *File) Others() (others []domain.Name) {
	for i := range c.Tenants {
		if t := &c.Tenants[i]; t != c.Tenant {
			for _, text := range t.Internal {
				if name, err := domain.Parse(text); err == nil {
					others = append(others, name)
				}
			}
		}
	}
	return others
}
