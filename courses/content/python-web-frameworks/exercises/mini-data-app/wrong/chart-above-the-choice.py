# fails: Each option shows its own rows in a chart
import streamlit as st

SALES = {"North": [120, 150, 170, 160], "South": [80, 95, 90, 110]}

region = "North"
st.bar_chart(SALES[region])
region = st.radio("Region", ["North", "South"])
