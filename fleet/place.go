package fleet

import "fmt"

// place is where a sensor hangs.
type place struct{ building, room string }

const sensorsPerRoom = 2

// placeOf returns the place of the i-th sensor. Two neighbours share a room, rooms
// go round the buildings, and the first digit of a room is its floor.
func placeOf(i int) place {
	buildings := [...]string{"Harbour", "Mill", "Observatory"}
	room := i / sensorsPerRoom
	inBuilding := room / len(buildings)
	return place{
		building: buildings[room%len(buildings)],
		room:     fmt.Sprintf("%d.%02d", inBuilding/12+1, inBuilding%12+1),
	}
}
