"""Words of the pages behind the links: forms, confirmation, unsubscribing."""

APPLY_TITLE, FILE_TITLE = "申請表單", "電子檔申請"
APPLY_INTRO = "填寫完成後按「送出」，並到信箱點選確認連結。審核結果將以 LINE 通知。"
FILE_INTRO = "由專人將補正清單電子檔寄到您的信箱；加密檔的密碼另行通知。"
STATEMENT = (
    "同意聲明：所填資料僅用於審核身分、綁定院所與發送預防保健補正通知，加密保存，"
    "不另提供他人。您可隨時在 LINE 解除綁定；解除後不再寄送通知。"
)
FILE_STATEMENT = "同意聲明：所填資料僅用於寄送電子檔與聯繫，加密保存，不另提供他人。"
EXPIRED_TITLE = "連結已失效"
EXPIRED = ("連結已使用過或超過時限。", "表單請回到 LINE 再點選一次，即可取得新的連結。")
CONFIRM_EXPIRED = (
    "連結已使用過或超過時限。",
    "若已按過「確認信箱」，不需再做任何事。",
    "尚未確認者，請在 LINE 點選「審核申請」，撤回後重新申請。",
)
SENT_TITLE = "已送出申請"
SENT = (
    "確認信已寄出，請到信箱點選信中的連結；確認後才會開始審核。",
    "沒有收到？請看垃圾信匣；信箱填錯時，請在 LINE 點選「審核申請」撤回後重新填寫。",
)
OPEN_TITLE = "已有一筆申請"
OPEN = ("您有一筆申請正在審核中，這份表單沒有送出。", "如需修改，請在 LINE 撤回後重新申請。")
TOO_MANY_TITLE = "今日申請次數過多"
TOO_MANY = ("這份表單沒有送出。", "請明日再申請，或洽真人客服。")
ALREADY_BOUND = "您已綁定此醫事機構，不需再申請。"
FILE_SENT_TITLE = "已收到申請"
FILE_SENT = ("承辦人員將以 e-mail 寄送補正清單電子檔。",)
NOT_BOUND_TITLE = "尚未綁定"
NOT_BOUND = ("這份表單需要先完成審核申請。",)
CHOOSE_BOUND = "請選擇已綁定的醫事機構。"

CONFIRM_TITLE, CONFIRM_BUTTON = "確認信箱", "確認信箱"
CONFIRM = ("按下按鈕，確認這個信箱可收到預保行政助手通的通知。",)
CONFIRMED_TITLE = "信箱已確認"
CONFIRMED = ("我們將開始審核，結果會在 LINE 通知您。",)
CONFIRMED_ADDRESS = ("之後的通知會寄到這個信箱。",)

LINK_LOGIN_TITLE = "帳號連結"
LINK_LOGIN_INTRO = "請填寫醫事機構代碼，與承辦單位已登錄的貴院所信箱。確認信將寄到該信箱。"
LINK_STATEMENT = (
    "同意聲明：所填資料僅用於確認身分與綁定院所，不另提供他人。"
    "連結後可隨時在 LINE 點選「解除綁定」解除。"
)
LINK_ASKED_TITLE = "已收到"
LINK_ASKED = (
    "若所填信箱為承辦單位已登錄的貴院所信箱，確認信已寄出，請於 10 分鐘內點選信中的連結。",
    "沒有收到？請看垃圾信匣；信箱未登錄者，請回 LINE 改用「審核申請」。",
)
LINK_TOO_MANY = ("今日連結次數過多，這份表單沒有送出。", "請明日再試，或洽真人客服。")
LINK_EXPIRED = (
    "連結已使用過或超過時限。",
    "請回到 LINE 再點選一次「帳號連結」，即可取得新的連結。",
)
LINK_TITLE, LINK_BUTTON = "連結帳號", "同意並連結"
LINK = (
    "按下按鈕後，將由 LINE 確認您的帳號，並與貴院所連結。",
    "連結後會在 LINE 收到待補正件數與期限提醒。可隨時在 LINE 點選「解除綁定」解除。",
)
LINK_ON_TITLE, LINK_ON_BUTTON = "最後一步", "前往 LINE 完成連結"
LINK_ON = ("請於 10 分鐘內點選下方連結，由 LINE 確認您的帳號。結果會在聊天室通知您。",)
LINK_LATER_TITLE = "LINE 暫時無法回應"
LINK_LATER = ("請稍後再按一次信中的連結。",)

UNSUBSCRIBE_TITLE, UNSUBSCRIBE_BUTTON = "取消訂閱", "不再寄送通知信"
UNSUBSCRIBE = ("按下按鈕後，這個信箱不再收到補正與上傳期限的通知信。LINE 的提醒不受影響。",)
UNSUBSCRIBE_INVALID = (
    "這個取消訂閱連結不完整或已不能使用，信箱的訂閱沒有變更。",
    "請點選最近一封通知信最下方的取消訂閱連結，或在 LINE 洽真人客服。",
)
UNSUBSCRIBED_TITLE = "已取消訂閱"
UNSUBSCRIBED = ("不再寄送通知信。要恢復時，請在 LINE 洽真人客服。",)
