package calendar

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"tidemark/sql/types"
)

// instants are random ones of the whole range, many at the edges of days, months and years.
func instants(n int) []int64 {
	rng := rand.New(rand.NewPCG(7, 11))
	list := []int64{MinTimestamp, MaxTimestamp, 0, -1, 1}
	for len(list) < n {
		ns := MinTimestamp + rng.Int64N(1<<62) + rng.Int64N(1<<62) + rng.Int64N(1<<62)
		if ns < MinTimestamp {
			continue
		}
		t := at(ns)
		switch rng.IntN(4) {
		case 0: // the first or last nanosecond of a month
			ns = time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC).UnixNano() - rng.Int64N(2)
		case 1: // of an hour
			ns = ns - TimeOf(ns)%types.Hour - rng.Int64N(2)
		case 2: // a leap day or one beside it
			ns = time.Date(t.Year()/4*4, 2, 28+rng.IntN(3), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC).UnixNano()
		}
		list = append(list, ns)
	}
	return list
}

func at(ns int64) time.Time { return time.Unix(0, ns).UTC() }

// nanosOf is UnixNano with a check of the range.
func nanosOf(t time.Time) (int64, bool) {
	ok := !t.Before(at(MinTimestamp)) && !t.After(at(MaxTimestamp))
	return t.UnixNano(), ok
}

func TestFieldsAreThoseOfTime(t *testing.T) {
	for _, ns := range instants(100_000) {
		want := at(ns)
		weekYear, week := want.ISOWeek()
		last := time.Date(want.Year(), want.Month()+1, 0, 0, 0, 0, 0, time.UTC)
		for _, f := range []struct {
			name      string
			got, want int64
		}{
			{"Year", Year(ns), int64(want.Year())}, {"Quarter", Quarter(ns), int64(want.Month()+2) / 3},
			{"Month", Month(ns), int64(want.Month())}, {"Week", Week(ns), int64(week)}, {"WeekYear", WeekYear(ns), int64(weekYear)},
			{"Day", Day(ns), int64(want.Day())}, {"Weekday", Weekday(ns), int64(want.Weekday()+6)%7 + 1}, {"YearDay", YearDay(ns), int64(want.YearDay())},
			{"Hour", Hour(ns), int64(want.Hour())}, {"Minute", Minute(ns), int64(want.Minute())}, {"Second", Second(ns), int64(want.Second())},
			{"Millisecond", Millisecond(ns), int64(want.Nanosecond() / 1e6)}, {"Nanosecond", Nanosecond(ns), int64(want.Nanosecond())},
			{"LastDay", int64(LastDay(ns)) * 86400, last.Unix()},
		} {
			if f.got != f.want {
				t.Fatalf("%s(%v) = %d, want %d", f.name, want, f.got, f.want)
			}
		}
	}
}

// truncated is date_trunc by package time.
func truncated(u Unit, t time.Time) time.Time {
	switch {
	case u == year:
		return time.Date(t.Year(), 1, 1, 0, 0, 0, 0, time.UTC)
	case u == quarter:
		return time.Date(t.Year(), (t.Month()-1)/3*3+1, 1, 0, 0, 0, 0, time.UTC)
	case u == month:
		return time.Date(t.Year(), t.Month(), 1, 0, 0, 0, 0, time.UTC)
	case u == week:
		return time.Date(t.Year(), t.Month(), t.Day()-int(t.Weekday()+6)%7, 0, 0, 0, 0, time.UTC)
	}
	return t.Truncate(time.Duration(u)) // counts from year 1, a Monday midnight
}

func TestTruncateIsThatOfTime(t *testing.T) {
	for _, ns := range instants(20_000) {
		for name, u := range units {
			want, ok := nanosOf(truncated(u, at(ns)))
			got, err := Truncate(u, ns)
			if ok != (err == nil) || ok && got != want {
				t.Fatalf("Truncate(%s, %v) = %v, %v, want %v", name, at(ns), at(got), err, at(want))
			}
		}
	}
}

// added is date_add by package time, which moves an excess of days on into the next month.
func added(u Unit, n int64, t time.Time) (time.Time, bool) {
	if u > 0 {
		d := time.Duration(n * u)
		return t.Add(d), n == 0 || int64(d)/n == u && max(d, -d) >= 0
	}
	to := time.Date(t.Year(), t.Month()+time.Month(n*-u), 1, t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
	last := time.Date(to.Year(), to.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	return to.AddDate(0, 0, min(t.Day(), last)-1), true
}

func TestAddIsThatOfTime(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	for _, ns := range instants(20_000) {
		for name, u := range units {
			n := rng.Int64N(2_000) - 1_000
			if rng.IntN(8) == 0 {
				n = int64(rng.Uint64()) >> rng.IntN(63)
			}
			if u < 0 && max(n, -n) > 1<<20 {
				n %= 1 << 20
			}
			to, fits := added(u, n, at(ns))
			want, ok := nanosOf(to)
			ok = ok && fits
			got, err := Add(u, n, ns)
			if ok != (err == nil) || ok && got != want {
				t.Fatalf("Add(%s, %d, %v) = %v, %v, want %v", name, n, at(ns), at(got), err, to)
			}
		}
	}
}

// A difference is the largest number of units that, added to the first, does not pass
// the second: that is its definition, also where days are clipped. A month is complete
// as well when both instants are at the last day that the later month has.
func TestDifferenceIsWhatMayBeAdded(t *testing.T) {
	list := instants(20_000)
	for i, a := range list[1:] {
		b := list[i]
		if i%2 == 0 { // close together
			b = at(a).AddDate(0, i%40, i%7-3).UnixNano()
		}
		for name, u := range units {
			got, err := Difference(u, a, b)
			if err != nil {
				if u < types.Millisecond { // more than 2^63 of them
					continue
				}
				t.Fatalf("Difference(%s, %v, %v): %v", name, at(a), at(b), err)
			}
			if back, err := Difference(u, b, a); err != nil || back != -got {
				t.Fatalf("Difference(%s, %v, %v) = %d, but %d the other way", name, at(a), at(b), got, back)
			}
			early, late, n := a, b, got
			if b < a {
				early, late, n = b, a, -got
			}
			here, ok := added(u, n, at(early))
			next, okNext := added(u, n+1, at(early))
			if n < 0 || ok && here.After(at(late)) || okNext && !next.After(at(late)) {
				t.Fatalf("Difference(%s, %v, %v) = %d", name, at(a), at(b), got)
			}
		}
	}
}

func TestBin(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, ns := range instants(20_000) {
		step := 1 + rng.Int64N(int64(1)<<(1+rng.IntN(62)))
		got, err := Bin(ns, step)
		want := ns - floorMod(ns, step)
		if below := want > ns || want < MinTimestamp; below != (err != nil) || !below && (got != want || got%step != 0 || ns-got >= step) {
			t.Fatalf("Bin(%d, %d) = %d, %v", ns, step, got, err)
		}
	}
	for _, step := range []int64{0, -1} {
		if _, err := Bin(0, step); err == nil {
			t.Errorf("Bin(0, %d): no error", step)
		}
	}
}

func TestPatternsAreThoseOfTime(t *testing.T) {
	mysql, err := MySQL("%a|%b|%c|%d|%e|%f|%H|%h|%i|%j|%k|%l|%M|%m|%p|%r|%S|%T|%W|%Y|%y")
	if err != nil {
		t.Fatal(err)
	}
	joda, err := Joda("EEE|MMM|M|dd|d|SSSSSS|HH|hh|mm|DDD|h|MMMM|MM|a|hh:mm:ss a|ss|HH:mm:ss|EEEE|yyyy|yy|SSSSSSSSS|Z|ZZ|z")
	if err != nil {
		t.Fatal(err)
	}
	for _, ns := range instants(20_000) {
		g := at(ns)
		date, fraction := g.Format("Mon|Jan|1|02|2|"), g.Format(".000000000")[1:]
		clock, rest := g.Format("|15|03|04|002|"), g.Format("|January|01|PM|03:04:05 PM|05|15:04:05|Monday|2006|06")
		want := date + fraction[:6] + clock + fmt.Sprint(g.Hour()) + g.Format("|3") + rest
		if got := mysql.Format(ns); got != want {
			t.Fatalf("MySQL of %v = %s, want %s", g, got, want)
		}
		want = date + fraction[:6] + clock + g.Format("3") + rest + "|" + fraction + "|+0000|+00:00|UTC"
		if got := joda.Format(ns); got != want {
			t.Fatalf("Joda of %v = %s, want %s", g, got, want)
		}
	}
}

// What a pattern prints, it reads.
func TestPatternsReadWhatTheyPrint(t *testing.T) {
	for _, text := range []string{"%Y-%m-%d %H:%i:%S.%f", "%W, %e %M %Y %r .%f", "%x-W%v %a %T.%f", "%Y/%j %k:%i:%s.%f"} {
		checkRoundTrip(t, text, MySQL, types.Microsecond)
	}
	for _, text := range []string{"yyyy-MM-dd'T'HH:mm:ss.SSSSSSSSSZ", "yyyyMMddHHmmssSSSSSSSSS", "EEEE d MMMM yyyy hh:mm:ss.SSSSSSSSS a z", "xxxx-'W'ww-e kk:mm:ss.SSSSSSSSSZZ", "uuuu DDD K a mm ss SSSSSSSSS", "G Y L d H m s SSSSSSSSS"} {
		checkRoundTrip(t, text, Joda, 1)
	}
}

func checkRoundTrip(t *testing.T, text string, compile func(string) (*Pattern, error), step int64) {
	t.Helper()
	p, err := compile(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	for _, ns := range instants(5_000) {
		want := ns - floorMod(ns, step)
		if want > ns || want < MinTimestamp {
			continue
		}
		printed := p.Format(ns)
		if got, err := p.Parse(printed); err != nil || got != want {
			t.Fatalf("%s: Parse(%q) = %v, %v, want %v", text, printed, at(got), err, at(want))
		}
	}
}

// Dates do what timestamps at their midnights do.
func TestDatesAreMidnights(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 9))
	list := instants(20_000)
	for i, ns := range list[1:] {
		day, other, n := max(DateOf(ns), -106751), max(DateOf(list[i]), -106751), rng.Int64N(400)-200
		midnight, otherMidnight := at(int64(day)*types.Day), int64(other)*types.Day
		for name, u := range units {
			if _, err := DateUnit(name); err != nil {
				continue
			}
			got, err := TruncateDate(u, day)
			if want := truncated(u, midnight).Unix() / 86400; err != nil || int64(got) != want {
				t.Fatalf("TruncateDate(%s, %v) = %d, %v, want %d", name, midnight, got, err, want)
			}
			got, err = AddToDate(u, n, day)
			to := midnight.AddDate(0, 0, int(n*(u/types.Day)))
			if u < 0 {
				to, _ = added(u, n, midnight)
			}
			if want := to.Unix() / 86400; err != nil || int64(got) != want {
				t.Fatalf("AddToDate(%s, %d, %v) = %d, %v, want %d", name, n, midnight, got, err, want)
			}
			difference, err := DifferenceOfDates(u, day, other)
			want, wantErr := Difference(u, int64(day)*types.Day, otherMidnight)
			if err != nil || wantErr != nil || difference != want {
				t.Fatalf("DifferenceOfDates(%s, %d, %d) = %d, %v, want %d", name, day, other, difference, err, want)
			}
		}
	}
}

// Times of day do what timestamps of 1970-01-01 do, but for the date.
func TestTimesAreOfOneDay(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 20_000 {
		a, b, n := rng.Int64N(types.Day), rng.Int64N(types.Day), int64(rng.Uint64())>>rng.IntN(40)
		for name := range units {
			u, err := TimeUnit(name)
			if err != nil {
				continue
			}
			exact := new(big.Int).Mul(big.NewInt(n), big.NewInt(u))
			exact.Add(exact, big.NewInt(a)).Mod(exact, big.NewInt(types.Day)) // never negative
			if got, err := AddUnitsToTime(u, n, a); err != nil || got != exact.Int64() {
				t.Fatalf("AddUnitsToTime(%s, %d, %d) = %d, %v, want %v", name, n, a, got, err, exact)
			}
			if got, err := DifferenceOfTimes(u, a, b); err != nil || got != int64(time.Duration(b-a)/time.Duration(u)) {
				t.Fatalf("DifferenceOfTimes(%s, %d, %d) = %d, %v", name, a, b, got, err)
			}
			if got, err := TruncateTime(u, a); err != nil || got != int64(time.Duration(a).Truncate(time.Duration(u))) {
				t.Fatalf("TruncateTime(%s, %d) = %d, %v", name, a, got, err)
			}
		}
		interval := int64(rng.Uint64())
		exact := new(big.Int).Add(big.NewInt(a), big.NewInt(interval))
		if got := AddToTime(a, interval); got != exact.Mod(exact, big.NewInt(types.Day)).Int64() {
			t.Fatalf("AddToTime(%d, %d) = %d, want %v", a, interval, got, exact)
		}
		exact = new(big.Int).Sub(big.NewInt(a), big.NewInt(interval))
		if got := SubtractFromTime(a, interval); got != exact.Mod(exact, big.NewInt(types.Day)).Int64() {
			t.Fatalf("SubtractFromTime(%d, %d) = %d, want %v", a, interval, got, exact)
		}
	}
}
