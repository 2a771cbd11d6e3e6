"""What was found in the mailbox, said to the coordinator."""

from tracker.inbox.results import InboxRead
from tracker.store.messages import UNPLACED_A_DAY, Kind

AGAIN = "Muốn gửi lại, kể cả tới đúng địa chỉ đó: tracker letters retry MÃ_THƯ."
WAY_ON = "xem bằng tracker replies, ghi nhận trên trang duyệt (tracker link KỲ --review)."


def inbox_lines(read: InboxRead) -> list[str]:
    """Return a line for each letter that came back and each answer, then how many others came; none for none."""
    lines = [f"Thư bị trả lại: {letter}, từ {address}: {reason}" for letter, address, reason in read.bounced]
    lines += [f"{cause.words[:1].upper()}{cause.words[1:]}: {cause.remedy}." for cause in read.causes]
    lines += [AGAIN] if read.bounced else []
    lines += [f"Thư kèm tệp: {letter}, của {sender}. {told}" for letter, sender, told in read.workbooks]
    lines += [f"Thư trả lời: {letter}, của {sender}" for letter, sender in read.replies]
    lines += [f"Thư của nơi nhận trong kế hoạch: {sender}. {told}" for sender, told in read.unplaced]
    lines += [f"{len(read.unplaced)} thư như vậy chờ đầu mối xem: {WAY_ON}"] if read.unplaced else []
    lines += [f"{len(read.replies)} thư trả lời chờ đầu mối xử lý: {WAY_ON}"] if read.replies else []
    idle = sum(one.kind is Kind.BOUNCE and not one.bounced for one in read.taken)
    for count, told in (
        (idle, "thông báo của máy chủ thư không làm thay đổi gì (chậm, hoặc không rõ thư nào)"),
        (read.count(Kind.AUTO), "thư tự động"),
        (read.count(Kind.OWN), "thư của chính chương trình quay lại"),
        (sum(one.kind is Kind.UNKNOWN and not one.trouble for one in read.taken), "thư không liên quan"),
    ):
        lines += [f"Bỏ qua {count} {told}."] if count else []
    if counted := sum(one.counted for one in read.taken):
        lines.append(
            f"{counted} thư không rõ trả lời thư nào chỉ được đếm: mỗi ngày giữ {UNPLACED_A_DAY} thư như vậy. "
            "Thư loại này đến nhiều bất thường thì báo người quản trị máy chủ thư."
        )
    lines += ["Hộp thư đến còn thư chưa đọc; lần chạy sau đọc tiếp."] if read.more else []
    return lines


def inbox_troubles(read: InboxRead) -> list[str]:
    """Return what kept the mailbox, or a message in it, from being read; none where all went well."""
    lines = [f"Không đọc được thư đến: {sender}: {error}" for sender, error in read.unreadable]
    return lines + ([read.shut] if read.shut else [])
