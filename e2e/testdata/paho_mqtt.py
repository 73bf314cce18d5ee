"""Eclipse paho in both protocol versions, over TCP, TLS and WebSocket."""

import json
import os
import sys
import threading

import paho.mqtt.client as mqtt

TOPIC = "dt/sensor/"


def address(name):
    host, port = os.environ[name].rsplit(":", 1)
    return host, int(port)


def exchange(version, transport, tls, name):
    """Publishes at QoS 1 and receives the message back through a wildcard filter."""
    client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=version, transport=transport)
    if transport == "websockets":
        client.ws_set_options(path="/mqtt")
    if tls:
        client.tls_set(ca_certs=os.environ["AWS_CA_BUNDLE"])
    got, ready = threading.Event(), threading.Event()
    client.on_subscribe = lambda *_: ready.set()
    client.on_message = lambda c, u, m: got.set() if json.loads(m.payload)["device_id"] == name else None
    host, port = address({("tcp", False): "TIDEMARK_TEST_MQTT", ("tcp", True): "TIDEMARK_TEST_MQTT_TLS",
                          ("websockets", False): "TIDEMARK_TEST_HTTP", ("websockets", True): "TIDEMARK_TEST_HTTPS"}[transport, tls])
    client.connect(host, port, keepalive=60)
    client.loop_start()
    client.subscribe(TOPIC + "#", qos=1)
    assert ready.wait(60), "no SUBACK"
    payload = {"temperature": 20.5, "humidity": 40.0, "pressure": 100000, "device_id": name, "building": "HQ", "room": "r1"}
    info = client.publish(TOPIC + name, json.dumps(payload), qos=1)
    info.wait_for_publish(60)
    assert info.is_published(), "no PUBACK"
    assert got.wait(60), "the message did not come back"
    client.disconnect()
    client.loop_stop()


for protocol, label in [(mqtt.MQTTv311, "v3"), (mqtt.MQTTv5, "v5")]:
    for transport in ["tcp", "websockets"]:
        for tls in [False, True]:
            exchange(protocol, transport, tls, f"{label}-{transport}-{'tls' if tls else 'plain'}")
print("ok")
