package hot

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// What is in a list stays where it is, through all the sizes of its pieces.
func TestPages(t *testing.T) {
	var p pages[uint64]
	const n = 3*pageLen + 17
	for i := range uint64(n) {
		p.append(i * i)
	}
	if p.len() != n {
		t.Errorf("len = %d, want %d", p.len(), n)
	}
	for i := range uint32(n) {
		if got := *p.at(i); got != uint64(i)*uint64(i) {
			t.Fatalf("at(%d) = %d, want %d", i, got, uint64(i)*uint64(i))
		}
	}
	if got, least := p.bytes(), int64(4*pageLen*8); got < least || got > least+least/8 {
		t.Errorf("bytes = %d for four pages of %d numbers, want about %d", got, pageLen, least)
	}
}

// Pieces of any length, from none to more than a block, are found again.
func TestArena(t *testing.T) {
	var a arena
	rng := rand.New(rand.NewPCG(3, 4))
	var refs []uint32
	var pieces [][]byte
	for i := range 3000 {
		n := rng.IntN(200)
		if i%500 == 499 {
			n = blockBytes - 8 + i/500*4 // about a block, and longer
		}
		piece := bytes.Repeat([]byte{byte(i)}, n)
		refs, pieces = append(refs, a.put(piece)), append(pieces, piece)
	}
	var sum int64
	for i, ref := range refs {
		if got := a.at(ref)[:len(pieces[i])]; !bytes.Equal(got, pieces[i]) {
			t.Fatalf("piece %d of %d bytes differs", i, len(pieces[i]))
		}
		sum += int64(len(pieces[i]))
	}
	if got := a.bytes(); got < sum || got > 2*sum {
		t.Errorf("bytes = %d for %d bytes in pieces", got, sum)
	}
}

// An index finds what was added under its hash, and nothing else, through growth and
// split; hashes that differ only in bits it does not keep, or do not differ at all, too.
func TestIndex(t *testing.T) {
	for name, hash := range map[string]func(n uint32) uint64{
		"good":          func(n uint32) uint64 { return mix(uint64(n)) },
		"few bits":      func(n uint32) uint64 { return mix(uint64(n)) & 0xffff },
		"high bits":     func(n uint32) uint64 { return mix(uint64(n)) &^ 0xff_ffff },
		"ends of range": func(n uint32) uint64 { return mix(uint64(n)) | 0xffff_ff00 },
	} {
		t.Run(name, func(t *testing.T) {
			var x index
			n := uint32(shardAbove * 3)
			if name != "good" {
				n = 2000
			}
			for i := range n {
				x.add(hash(i), i)
			}
			for i := range n {
				if got := x.find(hash(i), func(n uint32) bool { return n == i }); got != i {
					t.Fatalf("find(%d) = %d", i, got)
				}
				if got := x.find(hash(i), func(uint32) bool { return false }); got != noSeries {
					t.Fatalf("find(%d) = %d though none is the one", i, got)
				}
			}
			if x.find(hash(n+1)^0x8000_0000, func(uint32) bool { return false }) != noSeries {
				t.Error("an absent hash is found")
			}
			if got := x.bytes(); name == "good" && got > int64(n)*8*16/10 {
				t.Errorf("%d bytes for %d entries, want at most 1.6 slots of 8 bytes each", got, n)
			}
		})
	}
}

// The memory of a large index follows its entries without jumps.
func TestIndexGrowsSmoothly(t *testing.T) {
	var x index
	for i := range uint32(600_000) {
		x.add(mix(uint64(i)), i)
		// Four of five slots at most are taken; 5/4 as many come at once, and shards do so in turn.
		if each := float64(x.bytes()) / float64(x.n); i > 2*shardAbove && (each < 10 || each > 12) {
			t.Fatalf("%.1f bytes each after %d entries, want 10 to 12", each, x.n)
		}
	}
}

// Lists hold what was added to each, in order, until they are too long to be of use;
// and the blocks they leave serve others.
func TestPostings(t *testing.T) {
	var p postings
	rng := rand.New(rand.NewPCG(5, 6))
	const lists = 400
	at, want := make([]posting, lists), make([][]uint32, lists)
	for i := range at {
		at[i] = noPosting
	}
	for n := range uint32(200_000) {
		i := rng.IntN(1 + rng.IntN(lists)) // the first ones get most
		at[i] = p.add(at[i], n)
		want[i] = append(want[i], n)
	}
	many := 0
	for i := range at {
		got, ok := p.list([]uint32{7}, at[i])
		switch {
		case len(want[i]) > maxListed:
			if many++; ok {
				t.Errorf("list %d of %d series is kept, want it given up above %d", i, len(want[i]), maxListed)
			}
		case !ok || !slices.Equal(got[1:], want[i]) || got[0] != 7:
			t.Errorf("list %d = %v, %v, want 7 and then %v", i, got, ok, want[i])
		}
	}
	if many == 0 || many == lists {
		t.Errorf("%d of %d lists are long, want some", many, lists)
	}
	kept := 0
	for i := range want {
		if len(want[i]) <= maxListed {
			kept += len(want[i])
		}
	}
	if got := p.bytes(); got > int64(kept)*4*2 {
		t.Errorf("%d bytes for lists of %d series, want at most twice 4 each", got, kept)
	}
}

func TestPostingsOfEveryLength(t *testing.T) {
	var p postings
	at := noPosting
	for n := range uint32(maxListed) {
		at = p.add(at, n*3)
		got, ok := p.list(nil, at)
		if !ok || len(got) != int(n)+1 || got[n] != n*3 || got[0] != 0 {
			t.Fatalf("after %d series the list is %v, %v", n+1, got, ok)
		}
	}
	if at = p.add(at, 1<<30); at != manySeries {
		t.Errorf("the list of %d series is kept", maxListed+1)
	}
	if got := p.add(at, 1<<30+1); got != manySeries {
		t.Errorf("a list that was given up is begun again as %d", got)
	}
}

// Texts of any length keep their numbers and notes.
func TestInterner(t *testing.T) {
	st := newSeriesTable()
	var in interner
	var texts []string
	for i := range 2000 {
		texts = append(texts, fmt.Sprintf("%d-%s", i, bytes.Repeat([]byte("x"), i*i%2300)))
	}
	texts = append(texts, "", string(bytes.Repeat([]byte("long"), blockBytes)))
	hash := func(text string) uint64 { return st.hash(&Row{Measure: text}) }
	numbers := make([]uint32, len(texts))
	for i, text := range texts {
		if got := in.find(hash(text), text); got != noSeries {
			t.Fatalf("text %d is found as %d before it was added", i, got)
		}
		numbers[i] = in.number(hash(text), text, uint32(i))
	}
	for i, text := range texts {
		if got := in.number(hash(text), text, 0); got != numbers[i] {
			t.Errorf("text %d has number %d, then %d", i, numbers[i], got)
		}
		if got := string(in.text(numbers[i])); got != text {
			t.Errorf("text %d is %.40q, want %.40q", i, got, text)
		}
		if got := in.note(numbers[i]); got != uint32(i) {
			t.Errorf("note of text %d = %d", i, got)
		}
	}
}
