// Everything the page says in Chinese, and how figures are written. Steps: [name, what was looked at, the figure].

const percent = (ratio) => `${(ratio.float * 100).toFixed(2)}%`;
const exactly100 = (ratio) => `${ratio} (${percent(ratio)})`;
const grouped = (mark) => `${mark.slice(0, 4)} ${mark.slice(4)}`.toUpperCase();
const counted = (number) => Number(number).toLocaleString("en-US");

/** What is proven of the chances, by mode. */
const certified = {
  S: () => "最优性证书成立，无法再提高",
  B: ({ full }) => (full ? "任何机会都不能再靠更大的机会提高" : "只证明最低机会，无法再提高"),
  L: ({ loose, type }) => (loose === null ? "逐级证书成立，无法再提高" : `第 ${loose} 级起只在取整余量之内（类别 ${type}）`),
};

const WORDS = {
  zh: {
    lang: "zh-CN", other: "English", skip: "跳到主要内容", title: "抽取凭证离线验证", subtitle: "断网可用·文件不离开您的电脑",
    heading: "自行验证一次抽取", promise: "把抽取凭证放进来，逐项重算。不看姓名，不需登录，不连网络。",
    drop: "把凭证文件拖到这里", again: "再验一份凭证", choose: "或点按选择 .json 文件", file: "凭证文件", progress: "验证进度",
    earlier: "上一次抽取的公示文件（如有）", earlierNone: "补抽、重抽时放入，一并核对", withoutEarlier: "不核对上一次抽取",
    about: "这次抽取", official: "正式抽取", print: "打印验证报告", people: "每个人的机会",
    lookup: "按代号查找（可只输前几位）", find: "查找", everybody: "列出每个人的准确机会", next: "再列一些", how: "怎样使用",
    limits: "本页证明名单由所公布的评委库、规则和各方贡献唯一得出；不能证明评委库入库前是否齐全，也不能代替对排除依据本身的核查。签名公钥是谁的，请与抽取公证单上印的核对；公共信标的数值请与其发布处核对。",
    ways: [
      "把抽取凭证（形如「CQ-2026-0001-凭证.json」）拖进方框，或点按选择。全部计算在您的浏览器里完成，本页没有联网的能力。",
      "可以把本页另存到自己的电脑，断网后再打开。它与 Python 版验证程序 verify.py 互不共用代码，两者应得出同样的结论。",
      "核对页面上的凭证指纹、签名公钥与抽取公证单上印的一致。补抽或重抽的，把上一次抽取的公示文件也放进来。",
      "知道自己本次代号的专家，可以查到自己是否在库、是否被排除、机会多大、是否抽中。",
    ],
    running: (name) => `正在验证：${name}`, runningText: "可以随时换一份文件",
    passed: (n) => `全部 ${n} 项相符，名单确由本次抽取产生`,
    passedOpen: (n, open) => `全部 ${n} 项相符，但${open.map((name) => ({ lowest: "最低机会", ceiling: "机会上限" })[name]).join("、")}未获证明`,
    passedText: (seconds) => `在您的浏览器内逐项重算，用时 ${seconds} 秒，文件未上传`,
    failed: (n, name) => `验证未通过：第 ${n} 步「${name}」`,
    failedText: (n) => `${n > 1 ? `前 ${n - 1} 步相符，` : ""}第 ${n} 步不符，请勿采信这份文件`,
    earlierFailed: "与上一次抽取的公示文件对不上。请核对是否放错了那一份；没有放错的，请勿采信",
    unreadable: "文件无法读取，不是抽取凭证", unreadableText: "凭证是抽取完成后公布的 .json 文件，请核对是否选错了文件。",
    bytes: (n) => `${counted(n)} 字节`, fail: "未通过", unchecked: "未检查", uncheckedNote: "前一步未通过，未继续",
    unsigned: "未签名", unsignedNote: "文件未附签名", expected: "应为", found: "文件所载", where: "所在位置",
    steps: {
      FORMAT: ["文件完整、格式规范", () => "规范编码，逐字节一致", (t) => `${counted(t.bytes)} 字节`],
      POOL: ["评委库指纹相符", (t) => `${counted(t.people)} 名在库专家重算得到同一指纹`, (t) => grouped(t.mark)],
      EXCLUSIONS: ["排除均有据", () => "每人有规则代码和依据指纹", (t) => `排除 ${counted(t.excluded)} 人，可抽 ${counted(t.eligible)} 人`],
      RULES: ["席位与抽取规则相符", () => "席位、上限、比例与指定委员未被改动", (t) => grouped(t.mark)],
      COMMITMENT: ["先承诺、后揭示", () => "各方贡献均与事先承诺一致", (t) => `${t.parties} 方·${grouped(t.mark)}`],
      SEED: ["种子合成正确", () => "由承诺与各方贡献唯一得出", (t) => grouped(t.mark)],
      LOTTERY: ["每一种可能的名单都合规", (t) => (t.panels ? `${counted(t.panels)} 份名单逐份对照全部规则` : "席位分布逐格对照全部规则"), (t) => `${t.types} 类·${grouped(t.mark)}`],
      CHANCES: ["机会总数无误", () => "最低与最高的机会", (t) => `${percent(t.lowest)} – ${percent(t.highest)}`],
      CERTIFICATE: ["最低机会已是最高", (t) => certified[t.mode](t), (t) => `${t.bound}`],
      COUNTS: ["各类席位数由种子决定", () => "由种子重算一致", (t) => (t.panels ? `第 ${t.index} 份 / ${counted(t.panels)}` : `${t.seats} 席`)],
      PANEL: ["正选逐席重算一致", () => "签号按从小到大排列", (t) => `${t.seats} 席`],
      ALTERNATES: ["备选次序重算一致", () => "备选按递补次序", (t) => `${t.seats} 席`],
      DIGEST: ["其余内容未被改动", () => "签名所覆盖的内容一致", (t) => grouped(t.mark)],
      SIGNATURES: ["签名相符", () => "签名有效", (t) => t.parties.map((party) => PARTIES[party] ?? party).join("、")],
    },
    certificateOpen: ["最低机会未证明为最高", "机会上限未证明为最低"],
    gapOf: (t) => [
      ...(t.proven ? [] : [`实际最低 ${t.lowest}，而任何抽法都不超过 ${t.bound}`]),
      ...(t.outside === null ? [] : [`类别 ${t.outside} 的机会超出所证范围`]),
      ...(t.loose === null ? [] : [certified.L(t)]),
      ...(t.ceilingProven ? [] : [`机会上限 ${t.ceiling}，已证明的只需 ${t.ceilingMost}`]),
    ].join("；"),
    facts: {
      title: "名称", number: "编号", committee: "评委会", meeting: "评审会议", drawn: "抽取时间", seats: "正选 / 备选", pool: "在库 / 可抽", attempt: "抽取次序", trials: "试抽取",
      parties: "随机来源", beacon: "公共信标", previous: "前次凭证", mode: "抽取方式", program: "算法",
    },
    seats: (a, b) => `${a} 席 / ${b} 席`, pool: (a, b) => `${counted(a)} 人 / ${counted(b)} 人`, attempt: (n) => `第 ${n} 次`, trials: (n) => `${n} 次，不作结果`,
    parties: (names) => `${names.map((name) => PARTIES[name] ?? name).join("、")}各一份`,
    modes: { S: "分专业按签号抽取", B: "按类分配席位后按签号抽取", L: "从等可能的合规名单中抽取" },
    compare: "请与别处公布的核对", beaconSaid: "公共信标", earlierDigest: "上一次抽取的凭证指纹",
    notes: {
      unsigned: () => "文件未附签名：凭证指纹须与公证单或公示网页上的逐位核对", smallestOnly: () => "只证明了最低机会，未证明其余机会",
      loose: ({ loose }) => `第 ${loose} 级起的机会只在取整余量之内，未逐级证明`,
      alternates: () => "备选机会与同席组合已公布，未证明为最优", earlierUnchecked: () => "未核对上一次抽取的公示文件", earlierChecked: () => "上一次抽取的公示文件已核对：自身相符，指纹一致",
      earlierOlder: ({ earlier }) => `上一次抽取之前还有一次：${earlier.previous}`,
    },
    digest: "凭证指纹", key: (party) => `签名公钥（${PARTIES[party] ?? party}）`,
    fairness: (facts) => [`${counted(facts.reaching)} 名可抽专家中，机会最低的人有 `, percent(facts.lowest), " 的机会入选正选；任何抽法都不可能让机会最小的人多于 ", percent(facts.bound), "。"],
    fairnessOpen: (facts) => [`${counted(facts.reaching)} 名可抽专家中，机会最低的人有 `, percent(facts.lowest), " 的机会入选正选。这是否已是最高，本凭证未能证明；已证明的是，任何抽法都不可能让机会最小的人多于 ", percent(facts.bound), "。"],
    fairnessNote: (facts) => `准确值为 ${facts.lowest} 与 ${facts.bound}；机会最高者 ${exactly100(facts.highest)}；${facts.above_half ? `有 ${facts.above_half} 人的机会超过一半` : "没有人的机会超过一半"}${facts.without_seat ? `；另有 ${facts.without_seat} 名可抽专家的专业本次没有席位` : ""}。`,
    columns: ["代号", "类别", "准确机会", "约", "结果"], primary: "正选", alternate: "备选", notDrawn: "未抽中",
    shown: (n, all) => `已列 ${counted(n)} / ${counted(all)} 人`, nobody: "没有这个代号的人在库。", short: "请至少输入四位。", many: (n) => `还有 ${counted(n)} 个代号以此开头，请多输几位。`,
    excluded: (codes) => `已被排除，规则代码 ${codes}`, unseated: "可抽，但其专业本次没有席位", chance: (ratio) => `可抽，入选正选的机会 ${exactly100(ratio)}`,
    seatOf: (kind, stratum, rank) => `；抽中 ${stratum} ${kind}第 ${rank} 席`, untold: "，机会未算出（验证未通过）",
  },
};

const PARTIES = { office: "评委会办公室", hrss: "人社部门", observer: "监督人员", server: "系统" };
