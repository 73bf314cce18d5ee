//go:build e2e

package e2e

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite"
	"github.com/aws/aws-sdk-go-v2/service/timestreamwrite/types"
)

// TestGoSDKTypes writes every type in every time unit and reads it back.
func TestGoSDKTypes(t *testing.T) {
	n := serve(t)
	n.createTable(t.Context(), "plant", "kinds")
	at := time.Now().Add(-time.Minute).Truncate(time.Second)
	units := map[types.TimeUnit]int64{
		types.TimeUnitSeconds: at.Unix(), types.TimeUnitMilliseconds: at.UnixMilli(), types.TimeUnitMicroseconds: at.UnixMicro(), types.TimeUnitNanoseconds: at.UnixNano(),
	}
	kinds := []struct {
		kind        types.MeasureValueType
		value, want string
	}{
		{types.MeasureValueTypeDouble, "1e-05", "1.0E-5"},
		{types.MeasureValueTypeBigint, "9223372036854775807", "9223372036854775807"},
		{types.MeasureValueTypeVarchar, "🌊 é", "🌊 é"},
		{types.MeasureValueTypeBoolean, "TRUE", "true"},
	}
	want := at.UTC().Format("2006-01-02 15:04:05.000000000")
	for unit, instant := range units {
		record := types.Record{
			Dimensions: []types.Dimension{{Name: aws.String("unit"), Value: aws.String(string(unit))}},
			Time:       aws.String(strconv.FormatInt(instant, 10)), TimeUnit: unit,
		}
		multi := record
		multi.MeasureName, multi.MeasureValueType = aws.String("multi"), types.MeasureValueTypeMulti
		multi.MeasureValues = []types.MeasureValue{{Name: aws.String("seen"), Type: types.MeasureValueTypeTimestamp, Value: record.Time}}
		records := []types.Record{}
		for _, k := range kinds {
			single := record
			single.MeasureName, single.MeasureValue, single.MeasureValueType = aws.String("single"+string(k.kind)), &k.value, k.kind
			records = append(records, single)
			multi.MeasureValues = append(multi.MeasureValues, types.MeasureValue{Name: aws.String("as" + string(k.kind)), Value: &k.value, Type: k.kind})
		}
		answer, err := n.writer().WriteRecords(t.Context(), &timestreamwrite.WriteRecordsInput{DatabaseName: aws.String("plant"), TableName: aws.String("kinds"), Records: append(records, multi)})
		if err != nil || answer.RecordsIngested.Total != 5 {
			t.Fatalf("%s: %v, %v", unit, answer, err)
		}
		for _, k := range kinds {
			for _, text := range []string{
				fmt.Sprintf(`SELECT "measure_value::%s", time FROM plant.kinds WHERE unit = '%s' AND measure_name = 'single%s'`, strings.ToLower(string(k.kind)), unit, k.kind),
				fmt.Sprintf(`SELECT as%s, seen FROM plant.kinds WHERE unit = '%s' AND measure_name = 'multi'`, k.kind, unit),
			} {
				if got := n.rows(t.Context(), text); len(got) != 1 || got[0][0] != k.want || got[0][1] != want {
					t.Errorf("%s = %v, want %s at %s", text, got, k.want, want)
				}
			}
		}
	}
}
