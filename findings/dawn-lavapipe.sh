#!/usr/bin/env bash
# Dawn on the software Vulkan driver of Debian 12.
#
# Mesa's lavapipe 22.3 is a driver of Vulkan 1.3, and a well-known way to run Vulkan without a graphics card.
#
# Versions: Debian's mesa-vulkan-drivers 22.3.6-1+deb12u2 and libvulkan1 1.3.239.0-1 (Debian 12), npm webgpu 0.6.2 (Dawn).
# Expected before the run: Dawn finds an adapter, named llvmpipe      (wrong: none; it needs arrays of textures that are
#                          indexed dynamically, which Vulkan 1.3 does not require and this lavapipe does not have)
# Exits 0 while they behave as described here, otherwise 1.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
mkdir -p cache/archives/partial && touch status
apt-get -qq -y -o Dir::State::status="$folder/status" -o Dir::Cache="$folder/cache" -o Debug::NoLocking=1 \
  --no-install-recommends --download-only install \
  mesa-vulkan-drivers=22.3.6-1+deb12u2 libvulkan1=1.3.239.0-1 > /dev/null 2>&1
for package in cache/archives/*.deb; do
  # The machine's own C library runs the programs.
  [[ $package == */libc6_* ]] || dpkg-deb -x "$package" root
done
npm init -y > /dev/null
npm install --silent --no-audit --no-fund webgpu@0.6.2
cat > run.mjs << 'JS'
import { create } from 'webgpu';

const gpu = create([]);
const adapter = await gpu.requestAdapter();
console.log(adapter === null ? 'no adapter' : adapter.info.description);
process.exit();
JS
libraries=$(echo "$folder"/root/usr/lib/*-linux-gnu)
driver=$(echo "$folder"/root/usr/share/vulkan/icd.d/lvp_icd.*.json)
# The driver's library is named by its path on a whole system.
sed -i "s#\"/usr/lib/[^\"]*/#\"$libraries/#" "$driver"
XDG_RUNTIME_DIR="$folder" VK_DRIVER_FILES="$driver" \
  LD_LIBRARY_PATH="$libraries:$(echo "$folder"/root/lib/*-linux-gnu)" node run.mjs 2> said | tee seen
grep -o 'Vulkan shaderUniform\*ArrayDynamicIndexing required' said | tee -a seen
printf 'no adapter\nVulkan shaderUniform*ArrayDynamicIndexing required\n' | diff - seen
