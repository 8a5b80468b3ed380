"""set_and_get (1:10) as the Locust harness has it: one kazoo client for each user, no wait. Prints CPU time per request."""

import json
import os
import resource
import time

from kazoo.client import KazooClient
from kazoo.handlers.gevent import SequentialGeventHandler
from locust import User, constant, events, task

HOSTS = os.environ["BENCH_HOSTS"]
ROOT = os.environ["BENCH_ROOT"]
VALUE = b"x" * int(os.environ["BENCH_BYTES"])

measured = {"requests": 0, "cpu": 0.0, "on": False}


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


@events.spawning_complete.add_listener
def begin(**_):
    measured.update(on=True, requests=0, cpu=cpu_seconds())


@events.test_stopping.add_listener
def end(**_):
    if measured["on"]:
        measured.update(on=False, cpu=cpu_seconds() - measured["cpu"])


@events.quitting.add_listener
def show(**_):
    print(json.dumps({"requests": measured["requests"], "cpuUs": measured["cpu"] * 1e6}), flush=True)


@events.request.add_listener
def count(exception, **_):
    if measured["on"] and exception is None:
        measured["requests"] += 1


class Client(User):
    wait_time = constant(0)

    def on_start(self):
        self.zk = KazooClient(hosts=HOSTS, handler=SequentialGeventHandler())
        self.zk.start()
        self.path = self.zk.create(ROOT + "/kazoo-", VALUE, sequence=True, ephemeral=True)

    def on_stop(self):
        self.zk.stop()
        self.zk.close()

    def timed(self, name, work):
        began = time.perf_counter()
        failure = None
        try:
            work()
        except Exception as error:
            failure = error
        events.request.fire(
            request_type="zk",
            name=name,
            response_time=(time.perf_counter() - began) * 1000,
            response_length=len(VALUE),
            exception=failure,
            context={},
        )

    @task(1)
    def set(self):
        self.timed("set", lambda: self.zk.set(self.path, VALUE))

    @task(10)
    def get(self):
        self.timed("get", lambda: self.zk.get(self.path))
