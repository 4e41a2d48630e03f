package words

import "time"

const (
	hoursOfDay = 24 * time.Hour
	// maxAgeYearless is the age up to which a day is clear without its year.
	maxAgeYearless = 180 * hoursOfDay
)

// A Clock writes times for one reader.
type Clock struct {
	Now      time.Time      // for "(3 days ago)" and for years left out; zero shows neither
	Location *time.Location // of the days
	// Terminal asks for days and minutes for people. Without it Day and
	// Minute return RFC 3339, because a program may read them.
	Terminal bool
}

// Day returns the day of t, "" for none.
func (c Clock) Day(t *time.Time) string { return c.forMedium(t, day, dayOfYear) }

// Minute returns the minute of t, "" for none.
func (c Clock) Minute(t *time.Time) string { return c.forMedium(t, minute, minuteOfYear) }

func (c Clock) forMedium(t *time.Time, layout, withYear string) string {
	if t == nil || !c.Terminal {
		return Stamp(t)
	}
	return c.short(*t, layout, withYear)
}

// Zone names the zone of the times: by its name, or by its abbreviation where the system
// has none of use elsewhere.
func (c Clock) Zone() string { return ZoneName(c.Now, c.Location) }

// ZoneName names a zone as of a time.
func ZoneName(at time.Time, l *time.Location) string {
	if l != time.Local {
		return l.String()
	}
	name, _ := at.In(l).Zone()
	return name
}

// DayOf returns the day of t for people, on every medium.
func (c Clock) DayOf(t time.Time) string { return c.short(t, day, dayOfYear) }

// short formats t with the year where it is not clear: long ago, and more than
// a day ahead.
func (c Clock) short(t time.Time, layout, withYear string) string {
	if age := c.Now.Sub(t); c.Now.IsZero() || age > maxAgeYearless || age < -hoursOfDay {
		layout = withYear
	}
	return t.In(c.Location).Format(layout)
}

// Days returns a span of days, on a terminal with its age: "16–22 Nov 2026 (3
// days ago)".
func (c Clock) Days(from, to time.Time, dash string) string {
	return Days(from.In(c.Location), to.In(c.Location), dash) + c.ago(to)
}

func (c Clock) ago(t time.Time) string {
	if n := int64(c.Now.Sub(t) / hoursOfDay); c.Terminal && !c.Now.IsZero() && n > 1 {
		return " (" + Grouped(n) + " days ago)"
	}
	return ""
}
