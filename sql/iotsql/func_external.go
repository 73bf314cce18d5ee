package iotsql

import (
	"slices"

	"tidemark/sql/iotsql/value"
)

// externalFunctions ask another service. A failure stops the rule, unless
// get_or_default stands around it.
var externalFunctions = map[string]function{
	"aws_lambda":              {min: 2, max: 2, eval: external("aws_lambda")},
	"get_dynamodb":            {modern: true, min: 4, max: 6, eval: external("get_dynamodb")},
	"get_registry_data":       {modern: true, min: 3, max: 3, eval: external("get_registry_data")},
	"get_secret":              {modern: true, min: 3, max: 4, eval: external("get_secret")},
	"get_thing_shadow":        {modern: true, min: 2, max: 3, eval: external("get_thing_shadow")},
	"machinelearning_predict": {min: 3, max: 3, eval: external("machinelearning_predict")},
}

// external calls a function of the world outside. Without one it fails by name.
func external(function string) func(*scope, []value.Value) (value.Value, error) {
	return func(s *scope, args []value.Value) (value.Value, error) {
		if s.in.env.External == nil {
			return value.Value{}, &EvalError{Function: function, Reason: "this function is not supported"}
		}
		v, err := s.in.env.External.Call(s.ctx, function, slices.Clone(args))
		if err != nil {
			return value.Value{}, &EvalError{Function: function, Reason: err.Error()}
		}
		return v, nil
	}
}
