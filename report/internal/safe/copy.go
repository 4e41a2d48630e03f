package safe

import (
	"reflect"
	"time"
)

// Copy returns a copy of v of which every text has passed Text. The fields of
// its structs must be exported.
func Copy[T any](v *T) *T {
	out := copied(reflect.ValueOf(v).Elem()).Interface().(T)
	return &out
}

// copied copies v. A type is no deeper than its definition, so the recursion
// ends.
func copied(v reflect.Value) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(Text(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(copied(v.Elem()))
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			return v
		}
		for i := range v.NumField() {
			out.Field(i).Set(copied(v.Field(i)))
		}
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(copied(v.Index(i)))
		}
	case reflect.Map:
		out.Set(reflect.MakeMap(v.Type()))
		for entries := v.MapRange(); entries.Next(); {
			out.SetMapIndex(copied(entries.Key()), copied(entries.Value()))
		}
	default:
		return v
	}
	return out
}
