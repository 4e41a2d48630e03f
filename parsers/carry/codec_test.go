package carry

import (
	"bytes"
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

func samplePack() []byte {
	d := parsers.Delivery{
		Time: time.Date(2026, 11, 23, 9, 0, 0, 7, time.UTC), Sender: "a@corp.example", SenderKnown: true, AuthUser: "a", Recipient: "jane@army.ml",
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedMaybe, Direction: parsers.DirectionOutbound, Failure: parsers.FailureOther, Handed: true,
		Relay: "mx.army.ml[192.0.2.9]:25", Bytes: -1, MessageID: "1@corp.example", QueueID: "4", Count: 3, Origin: parsers.Origin{Piece: 2, Line: 9},
	}
	return AppendDelivery(AppendDelivery(nil, &d, 7), &parsers.Delivery{Recipient: "x"}, -1)
}

func TestPackedDelivery(t *testing.T) {
	t.Parallel()
	sealed, err := Seal(samplePack())
	if err != nil {
		t.Fatal(err)
	}
	raw, err := Unseal(sealed)
	if err != nil {
		t.Fatal(err)
	}
	u := Unpack(raw)
	var d, e parsers.Delivery
	var b parsers.Bounce
	if source, isBounce := u.Record(&d, &b); isBounce || source != 7 || u.Err != nil {
		t.Fatalf("got source %d, %v, want 7 and no error", source, u.Err)
	}
	want := parsers.Delivery{
		Time: time.Date(2026, 11, 23, 9, 0, 0, 7, time.UTC), Sender: "a@corp.example", SenderKnown: true, AuthUser: "a", Recipient: "jane@army.ml",
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedMaybe, Direction: parsers.DirectionOutbound, Failure: parsers.FailureOther, Handed: true,
		Relay: "mx.army.ml[192.0.2.9]:25", Bytes: -1, MessageID: "1@corp.example", QueueID: "4", Count: 3, Origin: parsers.Origin{Piece: 2, Line: 9},
	}
	if d != want {
		t.Errorf("got %+v\nwant %+v", d, want)
	}
	if source, isBounce := u.Record(&e, &b); isBounce || source != -1 || e != (parsers.Delivery{Recipient: "x", Count: 1}) || u.More() || u.Err != nil {
		t.Errorf("%d %+v %v", source, e, u.Err)
	}
}

// TestPackedWhole sets every field that a delivery has, so that none is left out
// that is added one day.
func TestPackedWhole(t *testing.T) {
	t.Parallel()
	var d, got parsers.Delivery
	v := reflect.ValueOf(&d).Elem()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Kind() {
		case reflect.String:
			f.SetString(v.Type().Field(i).Name)
		case reflect.Bool:
			f.SetBool(true)
		case reflect.Int, reflect.Int64:
			f.SetInt(int64(i + 1))
		case reflect.Uint8:
			f.SetUint(1)
		}
	}
	d.Time, d.Origin = time.Unix(7, 9).UTC(), parsers.Origin{Piece: 2, Line: 3, Offset: 4}
	u := Unpack(AppendDelivery(nil, &d, 1))
	u.Record(&got, nil)
	d.Subject = "" // subjects are kept nowhere
	if got != d || u.Err != nil || u.More() {
		t.Errorf("got %+v\nwant %+v, %v", got, d, u.Err)
	}
}

func TestPackedBounce(t *testing.T) {
	t.Parallel()
	want := parsers.Bounce{
		Time: time.Unix(7, 9).UTC(), MessageID: "1@corp.example", Recipient: "jane@army.ml", Status: parsers.StatusBounced, Arrived: parsers.ArrivedNo,
		Failure: parsers.FailureNoDomain, DSN: "5.1.2", Relay: "mx.army.ml", Origin: parsers.Origin{Piece: 2, Line: 3, Offset: 4},
	}
	var d parsers.Delivery
	var got parsers.Bounce
	u := Unpack(AppendBounce(nil, &want, 7))
	if source, isBounce := u.Record(&d, &got); source != 7 || !isBounce || got != want || u.Err != nil || u.More() {
		t.Errorf("got source %d, bounce %v, %+v, %v\nwant source 7, bounce true, %+v", source, isBounce, got, u.Err, want)
	}
}

// TestDamagedPack changes each byte of a sealed pack, and cuts it off anywhere:
// it is found out, or changes nothing.
func TestDamagedPack(t *testing.T) {
	t.Parallel()
	sealed, err := Seal(samplePack())
	if err != nil {
		t.Fatal(err)
	}
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 0x55
		if raw, err := Unseal(bad); !errors.Is(err, ErrPack) && !bytes.Equal(raw, samplePack()) {
			t.Errorf("byte %d of %d changed: %v", i, len(sealed), err)
		}
		if _, err := Unseal(sealed[:i]); !errors.Is(err, ErrPack) {
			t.Errorf("cut off at %d: %v", i, err)
		}
	}
}

// FuzzUnpack reads anything as deliveries: it ends, with an error or without.
func FuzzUnpack(f *testing.F) {
	f.Add(samplePack())
	f.Add([]byte("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var d parsers.Delivery
		var x parsers.Bounce
		n := 0
		for u := Unpack(b); u.More(); n++ {
			u.Record(&d, &x)
		}
		if n > len(b) {
			t.Fatalf("%d deliveries of %d bytes", n, len(b))
		}
		if raw, err := Unseal(b); err == nil && len(raw) > maxPack {
			t.Fatal("larger than a pack may be")
		}
	})
}
