package hot

// atOnce is how many rows findAll looks for side by side.
const atOnce = 32

// findAll finds the series of rows as find does. In a table of a million series nearly
// every load misses the processor's caches, so it first reads what find is going to
// read, one step for many rows: these loads go out together, where those of find wait
// for each other.
func (st *seriesTable) findAll(rows []Row) {
	for len(rows) > 0 {
		n := min(len(rows), atOnce)
		if st.len() > cached {
			st.touch(rows[:n])
		}
		for i := range rows[:n] {
			rows[i].series = st.find(&rows[i])
			st.remember(&rows[i])
		}
		rows = rows[n:]
	}
}

// cached is how many series are in the caches anyway.
const cached = 20_000

// touch reads what find will read of rows, and returns something of all of it lest the
// compiler leave the loads out.
func (st *seriesTable) touch(rows []Row) (sum byte) {
	var numbers [atOnce]uint32
	var ids [atOnce]identity
	for i := range rows {
		numbers[i] = st.index.likely(rows[i].hash)
	}
	for i := range rows {
		if int(numbers[i]) < st.len() {
			ids[i] = st.identity(numbers[i])
		}
	}
	for i := range rows {
		if len(ids[i].rest) > 0 {
			sum += ids[i].rest[0]
		}
	}
	for i := range rows {
		if len(ids[i].rest) > 0 {
			sum += st.touchValues(&ids[i])
		}
	}
	return sum
}

// touchValues reads the lengths of the values of a series.
func (st *seriesTable) touchValues(id *identity) (sum byte) {
	set := st.sets.text(id.next())
	sum = byte(id.next())
	for i := range len(set) / ordinalBytes {
		v := &st.dims[ordinalAt(set, i)].values
		sum += v.entries.at(id.next())[noteBytes]
	}
	return sum
}
