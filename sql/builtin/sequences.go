package builtin

// sequences (developer guide, "Array functions"). They have at most 10,000 elements.
var sequences = []entry{
	{Sig: "sequence(bigint, bigint) array(bigint)", Emit: emitOnce("tm_sequence({1}, {2}, CAST(CASE WHEN {1} <= {2} THEN 1 ELSE -1 END AS BIGINT))"), Doc: "The numbers from the first to the second, at most 10,000."},
	{Sig: "sequence(bigint, bigint, bigint) array(bigint)", Emit: emitOnce("tm_sequence({1}, {2}, {3})"), Doc: "The numbers from the first to the second in steps, at most 10,000."},
	{Sig: "sequence(timestamp, timestamp) array(timestamp)", Emit: emitOnce("tm_sequence_time({1}, {2}, CAST(CASE WHEN {1} <= {2} THEN 1 ELSE -1 END * 86400000000000 AS BIGINT))"), Doc: "The timestamps from the first to the second a day apart, at most 10,000."},
	{Sig: "sequence(timestamp, timestamp, interval day to second) array(timestamp)", Emit: emitOnce("tm_sequence_time({1}, {2}, {3})"), Doc: "The timestamps from the first to the second in steps, at most 10,000."},
	{Sig: "sequence(timestamp, timestamp, interval year to month) array(timestamp)", Emit: emitOnce("tm_sequence_months({1}, {2}, {3})"), Doc: "The timestamps from the first to the second in calendar months, at most 10,000."},
	{Sig: "sequence(date, date) array(date)", Emit: emitOnce("tm_sequence_date({1}, {2}, CASE WHEN {1} <= {2} THEN 1 ELSE -1 END)"), Ext: true, Doc: "The days from the first to the second, at most 10,000."},
	{Sig: "sequence(date, date, interval day to second) array(date)", Emit: emitOnce("tm_sequence_date({1}, {2}, tm_day_step({3}))"), Ext: true, Doc: "The days from the first to the second in steps of whole days, at most 10,000."},
	{Sig: "sequence(date, date, interval year to month) array(date)", Emit: emitOnce("list_transform(tm_sequence_months(CAST({1} AS TIMESTAMP_NS), CAST({2} AS TIMESTAMP_NS), {3}), lambda d: CAST(d AS DATE))"), Ext: true, Doc: "The days from the first to the second in calendar months, at most 10,000."},
}
