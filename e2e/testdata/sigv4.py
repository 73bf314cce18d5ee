"""Signatures that no SDK client makes by itself: presigned requests, and MQTT over
WebSocket with a presigned URL as web clients (boto's way) and the device SDKs make it."""

import datetime
import hashlib
import hmac
import json
import os
import ssl
import threading
import urllib.error
import urllib.parse
import urllib.request

import boto3
import paho.mqtt.client as mqtt
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

http, https = os.environ["TIDEMARK_TEST_HTTP"], os.environ["TIDEMARK_TEST_HTTPS"]
key = boto3.Session().get_credentials().get_frozen_credentials()
good, wrong = Credentials(key.access_key, key.secret_key), Credentials(key.access_key, "wrong" * 8)
boto3.client("timestream-write").create_database(DatabaseName="signed")


def fetch(url, method="GET", body=None, headers={}):
    request = urllib.request.Request(url, data=body, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def presigned(url, service, credentials=good, method="GET", region="us-east-1", expires=300):
    request = AWSRequest(method=method, url=url)
    SigV4QueryAuth(credentials, service, region, expires=expires).add_auth(request)
    return request.url


# Presigned requests in the query string.
status, body = fetch(presigned(f"http://{http}/rules", "iot"))
assert (status, json.loads(body)) == (200, {"rules": []}), (status, body)
status, body = fetch(presigned(f"http://{http}/endpoint?endpointType=iot%3AData-ATS", "iot"))
assert status == 200 and json.loads(body)["endpointAddress"], (status, body)
status, body = fetch(presigned(f"http://{http}/rules?maxResults=5", "iot").replace("maxResults=5", "maxResults=6"))
assert status == 403, (status, body)
status, body = fetch(presigned(f"http://{http}/rules", "iot", wrong))
assert status == 403, (status, body)
status, body = fetch(presigned(f"http://{http}/rules", "iot", region="eu-west-1"))
assert status == 403, (status, body)
status, body = fetch(presigned(f"http://{http}/rules", "timestream"))
assert status == 403, (status, body)
status, body = fetch(f"http://{http}/rules")
assert status in (401, 403), (status, body)
status, body = fetch(presigned(f"http://{http}/topics/door?qos=1", "iotdata", method="POST"), "POST", b"")
assert status == 200, (status, body)

# A payload that is not hashed (boto's way for presigned bodies), one that is, and one that differs.
for signed, sent, want in [("UNSIGNED-PAYLOAD", b'{"MaxResults":1}', 200), (None, b'{"MaxResults":1}', 200), (None, b'{"MaxResults":2}', 403)]:
    request = AWSRequest(method="POST", url=f"http://{http}/", data=b'{"MaxResults":1}', headers={
        "X-Amz-Target": "Timestream_20181101.ListDatabases", "Content-Type": "application/x-amz-json-1.0"})
    if signed:
        request.headers["X-Amz-Content-SHA256"] = signed
    SigV4Auth(good, "timestream", "us-east-1").add_auth(request)
    status, body = fetch(request.url, "POST", sent, dict(request.headers))
    assert status == want, (signed, status, body)


def device_sdk_url(host, token=None, secret=None, at=None, service="iotdevicegateway"):
    """The device SDKs' way: only the host is signed, the token follows the signature."""
    secret = secret or key.secret_key
    at = at or datetime.datetime.now(datetime.timezone.utc)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    scope = f"{day}/us-east-1/{service}/aws4_request"
    query = ("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + urllib.parse.quote(f"{key.access_key}/{scope}", safe="")
             + f"&X-Amz-Date={stamp}&X-Amz-SignedHeaders=host")
    canonical = f"GET\n/mqtt\n{query}\nhost:{host}\n\nhost\n" + hashlib.sha256(b"").hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n" + hashlib.sha256(canonical.encode()).hexdigest()
    signing = ("AWS4" + secret).encode()
    for part in [day, "us-east-1", service, "aws4_request", text]:
        signing = hmac.new(signing, part.encode(), hashlib.sha256).digest()
    query += f"&X-Amz-Signature={signing.hex()}"
    if token:
        query += "&X-Amz-Security-Token=" + urllib.parse.quote(token, safe="")
    return "/mqtt?" + query


def boto_url(host, credentials=good):
    url = presigned(f"https://{host}/mqtt", "iotdevicegateway", credentials)
    return url[url.index("/mqtt"):]


def connects(path, tls, protocol, name):
    """Whether a client connects over WebSocket and hears what it publishes."""
    c = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id=name, protocol=protocol, transport="websockets")
    host, port = (https if tls else http).rsplit(":", 1)
    if tls:
        c.tls_set(ca_certs=os.environ["AWS_CA_BUNDLE"], cert_reqs=ssl.CERT_REQUIRED)
    c.ws_set_options(path=path, headers=lambda given: {**given, "Host": f"{host}:{port}"})
    heard = threading.Event()
    c.on_subscribe = lambda c, *_: c.publish("ws/" + name, b"x", qos=1)
    c.on_message = lambda *_: heard.set()
    try:
        c.connect(host, int(port))
    except (mqtt.WebsocketConnectionError, OSError):
        return False
    c.loop_start()
    c.subscribe("ws/" + name, qos=1)
    ok = heard.wait(60)
    c.disconnect()
    c.loop_stop()
    return ok


for version, label in [(mqtt.MQTTv311, "3"), (mqtt.MQTTv5, "5")]:
    for tls in [True, False]:
        host = https if tls else http
        assert connects(device_sdk_url(host), tls, version, f"device-{label}-{tls}")
        assert connects(boto_url(host), tls, version, f"boto-{label}-{tls}")
        assert connects(device_sdk_url(host.rsplit(":", 1)[0]), tls, version, f"portless-{label}-{tls}")  # signed without the port
now = datetime.datetime.now(datetime.timezone.utc)
assert not connects(device_sdk_url(https, secret="wrong" * 8), True, mqtt.MQTTv5, "wrong")
assert not connects(device_sdk_url(https, at=now - datetime.timedelta(days=2)), True, mqtt.MQTTv5, "stale")
assert not connects(device_sdk_url(https, service="timestream"), True, mqtt.MQTTv5, "service")
assert not connects(boto_url(https, wrong), True, mqtt.MQTTv5, "wrong-boto")
print("ok")
