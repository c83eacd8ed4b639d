# Shared by the scripts: where the repository is, who we are, and how to say what is being done.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
node="$root/node_modules/node/bin/node"
# The unprivileged user that runs Podman where the scripts are started by root.
sandbox_user=${MCP_WORKFLOW_USER:-mcp-workflow}

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo -- "$@"; fi
}

# Cgroups v1 beside v2: crun refuses it, so Podman needs a mount namespace that shows a lone cgroup2.
has_hybrid_cgroups() { [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ]; }
