package iotdata

import (
	"encoding/base64"
	"encoding/json"

	"tidemark/broker"
	"tidemark/fault"
)

// parseUserProperties reads a base64 JSON array of objects with one pair each; order
// and duplicates are kept.
func parseUserProperties(header string) ([]broker.UserProperty, error) {
	if header == "" {
		return nil, nil
	}
	text, err := base64.StdEncoding.DecodeString(header)
	var list []map[string]string
	if err != nil || json.Unmarshal(text, &list) != nil {
		return nil, fault.New(fault.Invalid, "The user properties are not a base64 JSON array of objects with one text each.")
	}
	properties := make([]broker.UserProperty, 0, len(list))
	for _, pair := range list {
		if len(pair) != 1 {
			return nil, fault.New(fault.Invalid, "Each user property must be an object of one pair.")
		}
		for key, value := range pair {
			properties = append(properties, broker.UserProperty{Key: key, Value: value})
		}
	}
	return properties, nil
}

// userProperties is the inverse of parseUserProperties; none is the empty text.
func userProperties(properties []broker.UserProperty) (string, error) {
	if len(properties) == 0 {
		return "", nil
	}
	list := make([]map[string]string, len(properties))
	for i, p := range properties {
		list[i] = map[string]string{p.Key: p.Value}
	}
	text, err := json.Marshal(list)
	return base64.StdEncoding.EncodeToString(text), err
}

// payloadFormats are the names of the payload format indicator [MQTT-3.3.2.3.2].
var payloadFormats = map[string]byte{"UNSPECIFIED_BYTES": 0, "UTF8_DATA": 1}

// properties returns the MQTT 5 properties of a publish request.
func (in *PublishInput) properties() (broker.Properties, error) {
	p := broker.Properties{ContentType: in.ContentType, ResponseTopic: in.ResponseTopic}
	if in.MessageExpiry != nil {
		seconds := uint32(*in.MessageExpiry)
		p.MessageExpiry = &seconds
	}
	if in.PayloadFormat != "" {
		format := payloadFormats[in.PayloadFormat]
		p.PayloadFormat = &format
	}
	if in.CorrelationData != "" {
		data, err := base64.StdEncoding.DecodeString(in.CorrelationData)
		if err != nil {
			return p, fault.New(fault.Invalid, "The correlation data are not base64.")
		}
		p.CorrelationData = data
	}
	user, err := parseUserProperties(in.UserProperties)
	p.User = user
	return p, err
}
