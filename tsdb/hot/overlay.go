package hot

import "strings"

// overlays returns the overlays of the view that may have rows of the scan, by age.
func (v *View) overlays(scan Scan) []segmentView {
	var list []segmentView
	for _, seg := range v.segments {
		if seg.overlay && seg.max >= scan.Min && seg.min <= scan.Max {
			list = append(list, seg)
		}
	}
	return list
}

// exceptOverlaid leaves out of a selection the rows that the overlays have another
// version of.
func exceptOverlaid(rows string, overlays []segmentView, from, to int64) string {
	if len(overlays) == 0 {
		return rows
	}
	return "SELECT * FROM (" + rows + ") b WHERE NOT EXISTS (SELECT 1 FROM (" + overlaidKeys(overlays, from, to) + ") o WHERE o.sid = b.sid AND o.time = b.time)"
}

// overlaidKeys selects the sid and time of the rows that overlays have in a range of times.
func overlaidKeys(overlays []segmentView, from, to int64) string {
	where := ""
	if list := timeRange(from, to); len(list) > 0 {
		where = " WHERE " + strings.Join(list, " AND ")
	}
	keys := make([]string, len(overlays))
	for i, seg := range overlays {
		keys[i] = "SELECT sid, time FROM " + seg.name + where
	}
	return strings.Join(keys, " UNION ALL ")
}
