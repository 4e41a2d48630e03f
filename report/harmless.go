package report

import (
	"reflect"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// harmless returns a copy of a Result of which every text has passed SafeText.
func harmless(r *result.Result) *result.Result {
	out := harmlessValue(reflect.ValueOf(r).Elem()).Interface().(result.Result)
	return &out
}

// harmlessValue copies v. A Result is no deeper than its types, so the
// recursion ends.
func harmlessValue(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(SafeText(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(harmlessValue(v.Elem()))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return v
		}
		for i := range v.NumField() {
			out.Field(i).Set(harmlessValue(v.Field(i)))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(harmlessValue(v.Index(i)))
		}
	case reflect.Map:
		out.Set(reflect.MakeMap(v.Type()))
		for entries := v.MapRange(); entries.Next(); {
			out.SetMapIndex(harmlessValue(entries.Key()), harmlessValue(entries.Value()))
		}
	default:
		return v
	}
	return out
}
