package broker

import "sync"

// ackQueue holds the QoS 1 messages of one connection that are not acknowledged yet.
// They finish in any order and are acknowledged in the order of arrival [MQTT-4.6.0-2].
type ackQueue struct {
	mu    sync.Mutex
	slots []ackSlot // a ring
	head  uint64    // the oldest; slot i of the ring is the message numbered i modulo its length
	tail  uint64    // the next to come
	room  chan struct{}
	idle  chan struct{} // closed when nothing is left, once somebody asked
}

type ackSlot struct {
	id   uint16
	code byte
	done bool
	text string
}

func newAckQueue(limit int) *ackQueue {
	return &ackQueue{slots: make([]ackSlot, limit), room: make(chan struct{}, 1)}
}

// push notes an arrival. full means that the window is exhausted and nothing was noted.
func (q *ackQueue) push(id uint16) (slot uint64, full bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tail-q.head == uint64(len(q.slots)) {
		return 0, true
	}
	q.slots[q.tail%uint64(len(q.slots))] = ackSlot{id: id}
	q.tail++
	return q.tail - 1, false
}

// complete notes the outcome of a message and hands all that may now be acknowledged
// to send, in order, before any later outcome is noted.
func (q *ackQueue) complete(slot uint64, code byte, text string, send func(ready []ackSlot)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := uint64(len(q.slots))
	s := &q.slots[slot%n]
	s.code, s.text, s.done = code, text, true
	if slot != q.head {
		return
	}
	for q.head < q.tail && q.slots[q.head%n].done {
		first := q.head % n
		end := first
		for q.head < q.tail && end < n && q.slots[end].done {
			end++
			q.head++
		}
		send(q.slots[first:end])
	}
	q.wake()
}

func (q *ackQueue) wake() {
	select {
	case q.room <- struct{}{}:
	default:
	}
	if q.idle != nil && q.head == q.tail {
		close(q.idle)
		q.idle = nil
	}
}

// drained returns a channel that is closed once nothing waits for acknowledgement. It
// is asked for once, when nothing is pushed any more.
func (q *ackQueue) drained() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	idle := make(chan struct{})
	if q.head == q.tail {
		close(idle)
	} else {
		q.idle = idle
	}
	return idle
}
