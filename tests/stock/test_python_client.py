"""The stock Python client against the hub: the published API, and types that JavaScript cannot tell apart."""

import re
import unittest

from hub import Client, Hub

TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z")
ALICE = {"user_id": "user_42", "username": "Alice"}


class PublishedApi(unittest.TestCase):
    def setUp(self):
        self.hub = Hub(self)

    def test_the_connection_is_confirmed(self):
        alice = Client(self, self.hub, ALICE)
        self.assertEqual(alice.confirmed["socketId"], alice.socket.get_sid())
        self.assertRegex(alice.confirmed["serverTime"], TIMESTAMP)

    def test_an_order_arrives_with_every_published_field(self):
        alice, bob = Client(self, self.hub, ALICE), Client(self, self.hub)
        bob.join("devops")
        data = {"event": "order.created", "ref": "ORD-42", "total": 12.5, "count": 2, "big": 2**53 - 1, "none": None}
        sent = alice.send(channel="devops", type="success", title="Commande 🍔", message="Table 4", data=data)
        self.assertEqual(sent["channel"], "devops")
        got = bob.next("notification-received")
        published = {name: got[name] for name in ("id", "type", "title", "message", "data", "sender", "channel", "timestamp")}
        self.assertEqual(published, {
            "id": sent["notificationId"], "type": "success", "title": "Commande 🍔", "message": "Table 4",
            "data": data, "sender": "Alice", "channel": "devops", "timestamp": sent["timestamp"],
        })
        self.assertIs(type(got["data"]["count"]), int)
        self.assertIs(type(got["data"]["total"]), float)

    def test_counts_are_whole_numbers_and_uptime_is_a_float(self):
        alice = Client(self, self.hub, ALICE)
        joined = alice.join("devops")
        self.assertIs(type(joined["clientCount"]), int)
        self.assertIs(type(joined["pendingCount"]), int)
        alice.socket.emit("get-stats")
        stats = alice.next("server-stats", lambda stats: stats["activeChannels"] == 1)
        self.assertIs(type(stats["connectedClients"]), int)
        self.assertIs(type(stats["uptime"]), float)
        self.assertRegex(stats["timestamp"], TIMESTAMP)

    def test_whole_numbers_in_data_keep_every_digit(self):
        alice = Client(self, self.hub, ALICE)
        alice.join("devops")
        data = {"signed": -(2**63), "unsigned": 2**64 - 1, "price": 0.1, "tiny": 5e-324}
        alice.send(channel="devops", title="t", message="m", data=data)
        self.assertEqual(alice.next("notification-received")["data"], data)

    def test_channels_are_listed_and_left(self):
        alice = Client(self, self.hub, ALICE)
        alice.join("42")
        alice.socket.emit("get-channels")
        self.assertEqual(alice.next("channels-list"), [{"name": "42", "clientCount": 1}])
        alice.socket.emit("leave-channel", "42")
        left = alice.next("channel-left")
        self.assertEqual((left["channel"], left["message"]), ("42", "Vous avez quitté « 42 »"))

    def test_callbacks_are_answered(self):
        alice = Client(self, self.hub, ALICE)
        joined = alice.ask("join-channel", "devops")
        self.assertEqual((joined["status"], joined["channel"], joined["clientCount"]), ("ok", "devops", 1))
        refused = alice.ask("send-notification", {"title": "t"})
        self.assertEqual(
            (refused["status"], refused["errors"], refused["codes"]),
            ("error", ["Le champ 'message' est obligatoire"], ["message_required"]),
        )

    def test_binary_is_refused_and_the_connection_stays(self):
        alice = Client(self, self.hub, ALICE)
        alice.socket.emit("send-notification", {"title": "t", "message": "m", "data": {"photo": b"\x00\x01"}})
        self.assertEqual(alice.next("error-message")["codes"], ["binary_not_supported"])
        self.assertEqual(alice.ask("join-channel", "devops")["status"], "ok")

    def test_each_transport(self):
        for transports in (["websocket"], ["polling"], ["polling", "websocket"]):
            with self.subTest(transports=transports):
                client = Client(self, self.hub, ALICE, transports)
                channel = "-".join(transports)
                client.join(channel)
                ids = [client.send(channel=channel, title=str(n), message="m")["notificationId"] for n in range(20)]
                got = [client.next("notification-received")["id"] for _ in ids]
                self.assertEqual(got, ids)
                client.close()

    def test_what_was_missed_follows_the_join(self):
        bob = Client(self, self.hub, {"user_id": "bob"})
        bob.join("cuisine")
        bob.close()
        till = Client(self, self.hub)
        ids = [till.send(channel="cuisine", title=str(n), message="m")["notificationId"] for n in range(5)]
        self.hub.kill()
        again = Hub(self, data=self.hub.data)
        bob = Client(self, again, {"user_id": "bob"})
        self.assertEqual(bob.join("cuisine")["pendingCount"], 5)
        self.assertEqual([bob.next("notification-received")["id"] for _ in ids], ids)


if __name__ == "__main__":
    unittest.main()
