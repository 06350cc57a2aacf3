#!/usr/bin/env bash
# A Slurm of one node on this machine, for test_slurm.py:
#   tests/workflow/slurm_node.sh install   Debian's packages, where they are missing
#   tests/workflow/slurm_node.sh start     start the daemons
#   tests/workflow/slurm_node.sh stop      stop them, and take the configuration away again
# No accounting, no cgroups: it runs in a container, too. It ends with status 3, and a line that says why, where Slurm
# cannot be had. A configuration that it did not write is left alone.
set -euo pipefail

CONFIG=/etc/slurm/slurm.conf
MARK="# written by ferrotune's tests/workflow/slurm_node.sh"
STATE=/var/lib/ferrotune-slurm
CPUS=${CPUS:-2}
export PATH="$PATH:/usr/sbin:/sbin"

refuse() {
  echo "$1" >&2
  exit 3
}

end() { # the daemon whose process number is in a file, which it removes when it ends
  [ -s "$1" ] || return 0
  local number
  number=$(cat "$1")
  kill "$number" 2>/dev/null || true
  for _ in $(seq 50); do
    if [ ! -e "$1" ] || ! kill -0 "$number" 2>/dev/null; then break; fi
    sleep 0.1
  done
  kill -9 "$number" 2>/dev/null || true
}

check() {
  [ "$(id -u)" = 0 ] || refuse "to start a Slurm one must be root"
  if [ -e "$CONFIG" ] && ! grep -qF "$MARK" "$CONFIG"; then refuse "this machine has a Slurm of its own, in $CONFIG"; fi
}

stop() {
  check
  if [ -s "$STATE/slurmctld.pid" ]; then timeout 10 scancel --user=root 2>/dev/null || true; fi
  end "$STATE/slurmd.pid"
  end "$STATE/slurmctld.pid"
  end "$STATE/munged.pid"
  rm -rf "$CONFIG" "$STATE"
}

is_here() {
  for command in slurmctld slurmd sbatch srun squeue scancel munged; do
    command -v "$command" >/dev/null || return 1
  done
}

install_packages() {
  check
  if is_here; then return; fi
  command -v apt-get >/dev/null || refuse "no Slurm here, and no apt-get to install it"
  export DEBIAN_FRONTEND=noninteractive
  if [ ! -e /usr/sbin/policy-rc.d ]; then # packages must not start daemons of their own
    printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
    chmod +x /usr/sbin/policy-rc.d
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  said=$({ apt-get update -qq && apt-get install -qq -y --no-install-recommends slurmctld slurmd slurm-client munge; } \
    2>&1) || refuse "Slurm's packages could not be installed: $(tail -n 1 <<<"$said")"
}

start() {
  check
  is_here || refuse "no Slurm on this machine; tests/workflow/slurm_node.sh install"
  stop
  mkdir -p "$STATE/spool" "$STATE/state" /etc/slurm
  host=$(hostname -s)
  cat >"$CONFIG" <<END
$MARK
ClusterName=ferrotune
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$STATE/munge.socket
CryptoType=crypto/munge
SlurmUser=root
SlurmdUser=root
StateSaveLocation=$STATE/state
SlurmdSpoolDir=$STATE/spool
SlurmctldPidFile=$STATE/slurmctld.pid
SlurmdPidFile=$STATE/slurmd.pid
SlurmctldLogFile=$STATE/slurmctld.log
SlurmdLogFile=$STATE/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SchedulerParameters=sched_min_interval=100000,batch_sched_delay=0
ReturnToService=2
MpiDefault=none
MinJobAge=3600
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=$CPUS RealMemory=${MEMORY_MB:-16000} State=UNKNOWN
PartitionName=ferrotune Nodes=$host Default=YES MaxTime=INFINITE State=UP
END
  dd if=/dev/urandom of="$STATE/munge.key" bs=1 count=1024 status=none
  chmod 400 "$STATE/munge.key"
  munged --force --key-file="$STATE/munge.key" --socket="$STATE/munge.socket" --pid-file="$STATE/munged.pid" \
    --log-file="$STATE/munged.log" --seed-file="$STATE/munge.seed" --num-threads=2 >/dev/null 2>&1
  slurmctld -i >/dev/null 2>&1 # a daemon that kept the streams would make whoever reads them wait for it
  slurmd >/dev/null 2>&1
  for _ in $(seq 100); do
    if sinfo -h -o %T 2>/dev/null | grep -qE '^(idle|mixed)'; then
      echo "Slurm $(slurmd -V | cut -d' ' -f2) on $host: $CPUS cores"
      return
    fi
    sleep 0.2
  done
  tail -n 20 "$STATE"/slurm*.log >&2
  stop
  refuse "Slurm's node did not become idle"
}

case "${1:-}" in
  install) install_packages ;;
  start) start ;;
  stop) stop ;;
  *) echo "usage: $0 install|start|stop" >&2 && exit 2 ;;
esac
