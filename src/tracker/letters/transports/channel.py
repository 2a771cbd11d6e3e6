"""A chat channel, by any URL that Apprise knows."""

from tracker.errors import DeliveryError


def tell_channel(url: str, subject: str, text: str) -> str:
    """Post `subject` and `text` to the channel at `url`; raises DeliveryError where Apprise reports failure.

    Apprise gives no reason, so trying again may help as long as the URL itself is understood.
    """
    import apprise

    channel = apprise.Apprise.instantiate(url)
    if channel is None:
        what = "địa chỉ kênh này không dùng được"
        remedy = "Apprise không hiểu; sửa contacts trong activities.yaml"
        raise DeliveryError(f"{what}: {remedy}", shown=what, permanent=True)
    if not channel.notify(body=text, title=subject):
        raise DeliveryError(f"kênh {channel.service_name} không nhận tin", permanent=False)
    return f"kênh {channel.service_name} đã nhận"
