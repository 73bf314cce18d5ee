"""The path of the public sample generator: find the data endpoint, publish QoS 0 JSON
over HTTPS from several threads, trusting the CA bundle of the environment."""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

import boto3

devices, rounds = int(sys.argv[1]), int(sys.argv[2])
iot = boto3.client("iot")
endpoint = iot.describe_endpoint(endpointType="iot:Data-ATS")["endpointAddress"]


def publish(device):
    data = boto3.client("iot-data", endpoint_url="https://" + endpoint)
    for i in range(rounds):
        payload = {
            "dataFormat": 5, "rssi": -88, "temperature": 24.0 + device, "humidity": 43.605, "pressure": 101082 + i,
            "accelerationX": 40, "battery": 3007, "device_id": f"device{device}", "building": "HQ", "room": f"r{device}",
        }
        data.publish(topic=f"dt/sensor/device{device}", qos=0, payload=json.dumps(payload))


with ThreadPoolExecutor(10) as pool:
    list(pool.map(publish, range(devices)))
print(endpoint)
