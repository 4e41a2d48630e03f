package parserstest

import (
	"reflect"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// TestDescribe: each field of a delivery changes its line, so that a sample
// whose line is right is right in all fields.
func TestDescribe(t *testing.T) {
	t.Parallel()
	var d parsers.Delivery
	eachField(t, "Delivery", reflect.ValueOf(&d).Elem(), func(name string) {
		if got, zero := Describe(&d), Describe(&parsers.Delivery{}); got == zero {
			t.Errorf("%s: got %q, want one that differs from that of the zero delivery", name, got)
		}
	})
	for failure := parsers.FailureNoDomain; failure <= parsers.FailureOther; failure++ {
		if failureNames[failure] == "" {
			t.Errorf("failure %d: got no name, want one", failure)
		}
	}
}

// eachField sets one field of v after the other, those of structs within too,
// and calls check while it is set.
func eachField(t *testing.T, name string, v reflect.Value, check func(name string)) {
	if v.Kind() == reflect.Struct && v.Type() != reflect.TypeFor[time.Time]() {
		for i := range v.NumField() {
			eachField(t, name+"."+v.Type().Field(i).Name, v.Field(i), check)
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Struct:
		v.Set(reflect.ValueOf(time.Unix(1, 0)))
	case reflect.Uint8, reflect.Uint16, reflect.Uint32:
		v.SetUint(1)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(2)
	default:
		t.Fatalf("%s is a %s: got no value for it, want one", name, v.Kind())
	}
	check(name)
	v.SetZero()
}
