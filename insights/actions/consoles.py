"""Where administrators of each tool click, as the vendors' help says; "*" is for the tools that are not named.

Sources, read in 2026: help.openai.com 8411955 and its release notes of 13 August 2026 (starting model under Models);
learn.microsoft.com, "Assign or unassign licenses"; knowledge.workspace.google.com, "Assign licenses";
docs.github.com, Copilot policies, access and "Set up budgets"; support.claude.com 13133750 and 12005970;
code.claude.com, settings reference; docs.cursor.com, dashboard; platform.openai.com, project limits.
Menus move: whoever finds another path changes it here.
"""

SEATS = {
    "chatgpt": "Workspace settings → Members",
    "codex": "ChatGPT: Workspace settings → Members (seat type)",
    "copilot": "Microsoft 365 admin center → Billing → Licenses → Microsoft 365 Copilot",
    "gemini": "Google Admin console → Directory → Users → Licenses",
    "github-copilot": "the organization's Settings → Copilot → Access",
    "claude": "claude.ai → Organization settings → Members",
    "claude-code": "claude.ai → Organization settings → Members (seat type)",
    "cursor": "cursor.com/dashboard → Members",
    "*": "the page of members or licences in the tool's admin settings",
}
"""Where seats are given and taken back."""

MODELS = {
    "chatgpt": "Workspace settings → Models",
    "claude-code": "the organization's managed settings (model, availableModels)",
    "github-copilot": "the organization's Settings → Copilot → Models",
    "cursor": "cursor.com/dashboard → Settings → Model Access Control",
    "openai-api": "platform.openai.com → Settings → the project's Limits",
    "*": "the page of models in the tool's admin settings",
}
"""Where the starting model, or the models on offer, are set."""

BUDGETS = {
    "chatgpt": "Workspace settings (spend controls)",
    "codex": "ChatGPT: Workspace settings (spend controls)",
    "github-copilot": "the organization's Settings → Billing & Licensing → Budgets and alerts",
    "claude": "claude.ai → Organization settings → Usage",
    "claude-code": "claude.ai → Organization settings → Usage",
    "cursor": "cursor.com/dashboard → Settings → Usage-Based Pricing",
    "openai-api": "platform.openai.com → Settings → the project's Limits",
    "*": "the page of usage or billing in the tool's admin settings",
}
"""Where spending is limited, or a budget warns."""

CONTRACT = {
    "copilot": "Microsoft 365 admin center → Billing, and the agreement",
    "claude": "claude.ai → Organization settings → Billing, and the agreement",
    "*": "the agreement with the vendor, with whoever buys it",
}
"""Where seats and tiers are bought."""

SHARED_PROMPTS = {
    "chatgpt": "a shared project, or a GPT that is shared in the workspace",
    "copilot": "the Copilot Prompt Gallery, shared with the team",
    "github-copilot": "prompt files in the repository's .github/prompts folder",
    "*": "where people work: a shared project, or a pinned message",
}
"""Where prompts are kept for others."""
